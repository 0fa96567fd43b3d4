// Where the page begins: puts the app into `#page` of index.html. The server strips the types of these files when asked.

import { render } from 'preact';
import { html } from 'htm/preact';

import { App } from './app.ts';

const page = document.getElementById('page');
if (page !== null) {
  page.replaceChildren();
  render(html`<${App} />`, page);
}
