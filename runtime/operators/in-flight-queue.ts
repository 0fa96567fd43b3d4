// Which answers may go on: requests in the order they came, cut into segments by the watermarks between them.
//   I1. Ordered: answers go on in the order of their requests.
//   I2. Unordered: answers go on as they come, but none passes a watermark, in either direction.
//   I3. Iterating gives the requests whose answers have not gone on, in the order they came: what a snapshot needs.

/** What may go on next. */
export type Taken<Request> =
  | { readonly kind: 'request'; readonly request: Request }
  | { readonly kind: 'watermark'; readonly watermarkMs: number };

interface Segment<Request> {
  /** In order of arrival, answered or not. */
  readonly requests: Set<Request>;
  /** In order of their answers. */
  readonly answered: Set<Request>;
  /** Ends the segment; undefined for the last one, which still grows. */
  watermarkMs: number | undefined;
}

/** Requests in flight, and the watermarks that wait for them. */
export class InFlightQueue<Request extends object> implements Iterable<Request> {
  readonly #isOrdered: boolean;
  readonly #segments: Segment<Request>[] = [newSegment()];
  /** In order of arrival. */
  readonly #segmentOf = new Map<Request, Segment<Request>>();

  constructor(order: 'ordered' | 'unordered') {
    this.#isOrdered = order === 'ordered';
  }

  /** Requests whose answers have not gone on. */
  get size(): number {
    return this.#segmentOf.size;
  }

  /** True when not even a watermark waits. */
  get isEmpty(): boolean {
    return this.#segmentOf.size === 0 && this.#segments.length === 1;
  }

  [Symbol.iterator](): Iterator<Request> {
    return this.#segmentOf.keys();
  }

  add(request: Request): void {
    const segment = this.#last;
    segment.requests.add(request);
    this.#segmentOf.set(request, segment);
  }

  addWatermark(watermarkMs: number): void {
    const segment = this.#last;
    const before = this.#segments.at(-2);
    if (segment.requests.size === 0 && before !== undefined) {
      before.watermarkMs = watermarkMs; // nothing came between the two
      return;
    }
    segment.watermarkMs = watermarkMs;
    this.#segments.push(newSegment());
  }

  answer(request: Request): void {
    this.#segmentOf.get(request)?.answered.add(request);
  }

  /** The next that may go on, if any. */
  take(): Taken<Request> | undefined {
    const segment = this.#segments[0] as Segment<Request>;
    const [request] = this.#isOrdered ? segment.requests : segment.answered;
    if (request !== undefined && segment.answered.delete(request)) {
      segment.requests.delete(request);
      this.#segmentOf.delete(request);
      return { kind: 'request', request };
    }
    if (segment.requests.size > 0 || segment.watermarkMs === undefined) return undefined;
    this.#segments.shift();
    return { kind: 'watermark', watermarkMs: segment.watermarkMs };
  }

  get #last(): Segment<Request> {
    return this.#segments.at(-1) as Segment<Request>;
  }
}

function newSegment<Request>(): Segment<Request> {
  return { requests: new Set(), answered: new Set(), watermarkMs: undefined };
}
