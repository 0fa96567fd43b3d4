# The image of the build stages: Node with npm, a shell and the usual commands.
ARG BASE
FROM ${BASE}
ARG KEY
LABEL millrace.e2e.key=${KEY}
COPY rootfs/ /
RUN ["/bin/busybox", "--install", "-s"]
ENV PATH=/usr/local/bin:/usr/bin:/bin HOME=/tmp NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
ENTRYPOINT []
CMD ["/bin/sh"]
