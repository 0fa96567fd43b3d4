# The official image of Flink as far as its contract goes: /opt/flink with lib, conf, usrlib, plugins and log, a Java runtime,
# a shell, the user flink (9999), and the entrypoint. Made of files from Maven and of this machine, and from no other image.
FROM scratch
ARG KEY
LABEL millrace.e2e.key=${KEY}
COPY rootfs/ /
ENV FLINK_HOME=/opt/flink \
    JAVA_HOME=/opt/java \
    PATH=/opt/java/bin:/bin:/usr/bin
RUN ["/bin/busybox", "sh", "-c", "/bin/busybox --install -s && cd /opt/flink && mkdir -p usrlib plugins opt && chown -R 9999:9999 conf usrlib plugins opt && mkdir -m 1777 log"]
WORKDIR /opt/flink
USER flink
EXPOSE 6123 8081
ENTRYPOINT ["/docker-entrypoint.sh"]
CMD ["help"]
