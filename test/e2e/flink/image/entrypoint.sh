#!/bin/sh
# The contract of the official image's entrypoint, for a shell without bash: `standalone-job …` and `taskmanager …` start
# Flink in the foreground, anything else is run as it is. Memory and flags of the JVM are derived from config.yaml by Flink's
# own BashJavaUtils. FLINK_PROPERTIES and JOB_MANAGER_RPC_ADDRESS are written to config.yaml where that can be written, and
# are without effect where it cannot, such as with a mounted ConfigMap. Unlike the official one, this reads the JVM's flags
# only from a config.yaml with a key a line.
set -euf

export FLINK_CONF_DIR="${FLINK_CONF_DIR:-$FLINK_HOME/conf}"
export FLINK_LIB_DIR="$FLINK_HOME/lib"
export FLINK_PLUGINS_DIR="$FLINK_HOME/plugins"
export FLINK_LOG_DIR="${FLINK_LOG_DIR:-$FLINK_HOME/log}"
CLASSPATH_OF_FLINK="$FLINK_LIB_DIR/*"
RESULT_PREFIX='BASH_JAVA_UTILS_EXEC_RESULT:'

# Prints what Flink's tool answers; its log goes to the standard error when it fails.
ask_flink() {
    command="$1"
    shift
    if ! answer="$(java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp "$CLASSPATH_OF_FLINK" \
        org.apache.flink.runtime.util.bash.BashJavaUtils "$command" --configDir "$FLINK_CONF_DIR" "$@" 2>&1)"; then
        echo "$answer" >&2
        exit 1
    fi
    echo "$answer" | sed -n "s/^$RESULT_PREFIX//p"
}

# The value of a key of config.yaml, without quotes.
value_of() {
    sed -n "s/^$1: *//p" "$FLINK_CONF_DIR/config.yaml" | sed -e "s/^['\"]//" -e "s/['\"]\$//"
}

write_properties() {
    file="$FLINK_CONF_DIR/config.yaml"
    if [ ! -w "$file" ]; then
        echo "$file cannot be written: it is used as it is, and FLINK_PROPERTIES is without effect" >&2
        return
    fi
    set -- "-Djobmanager.rpc.address=${JOB_MANAGER_RPC_ADDRESS:-$(hostname)}" -Dblob.server.port=6124
    while IFS= read -r line; do
        line="$(echo "$line" | tr -d '[:space:]')"
        if [ -n "$line" ]; then set -- "$@" "-D${line%%:*}=${line#*:}"; fi
    done <<LINES
${FLINK_PROPERTIES:-}
LINES
    updated="$(ask_flink UPDATE_AND_GET_FLINK_CONFIGURATION -flatten "$@")"
    echo "$updated" >"$file"
}

start_flink() {
    role="$1"
    tool="$2"
    class="$3"
    shift 3
    write_properties
    parameters="$(ask_flink "$tool" "$@")"
    jvm="$(echo "$parameters" | head -n 1)"
    dynamic="$(echo "$parameters" | tail -n 1)"
    echo "Starting $role"
    # Both and the flags are lists of words.
    # shellcheck disable=SC2046,SC2086
    exec java $jvm $(value_of env.java.opts.all) $(value_of "env.java.opts.$role") \
        "-Dlog.file=$FLINK_LOG_DIR/flink-$role.log" \
        "-Dlog4j.configurationFile=file:$FLINK_CONF_DIR/log4j-console.properties" \
        -cp "$CLASSPATH_OF_FLINK" "$class" $dynamic --configDir "$FLINK_CONF_DIR" "$@"
}

case "${1:-help}" in
    standalone-job)
        shift
        start_flink jobmanager GET_JM_RESOURCE_PARAMS \
            org.apache.flink.container.entrypoint.StandaloneApplicationClusterEntryPoint "$@"
        ;;
    taskmanager)
        shift
        start_flink taskmanager GET_TM_RESOURCE_PARAMS org.apache.flink.runtime.taskexecutor.TaskManagerRunner "$@"
        ;;
    help)
        echo 'Usage: docker-entrypoint.sh standalone-job --job-classname CLASS [arguments] | taskmanager | COMMAND'
        ;;
    *)
        exec "$@"
        ;;
esac
