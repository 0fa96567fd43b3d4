# What a production image of Node is without its distribution: the binary, the libraries it is linked with, /tmp.
# There is no shell: what runs on it cannot need one.
FROM scratch
ARG KEY
LABEL millrace.e2e.key=${KEY}
COPY rootfs/ /
ENV PATH=/usr/local/bin
ENTRYPOINT ["/usr/local/bin/node"]
