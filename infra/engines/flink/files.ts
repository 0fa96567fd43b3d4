// The files of /opt/flink/conf, which a ConfigMap holds: Flink's configuration and its logging. Mounted there, they are what
// Flink reads, and nothing of the image's own configuration counts.
//   I1. Values with spaces arrive whole; through FLINK_PROPERTIES the official entry point would take the spaces out.

/** Plain YAML as it stands: begins with a letter, a digit, a slash or a flag's dash, and holds no `: `, ` #` or quote. */
const PLAIN = /^(?:[\w/]|-\S)(?:[\w ./=@+,-]|:(?=\S))*$/;

/** `config.yaml`: an option a line. */
export function renderConfiguration(options: readonly (readonly [string, string])[]): string {
  const lines = options.map(([option, value]) => {
    return `${option}: ${PLAIN.test(value) ? value : JSON.stringify(value)}`;
  });
  return `${lines.join('\n')}\n`;
}

/** To the console, for Kubernetes, and to a bounded file, for the page of Flink. */
export const LOGGING = `monitorInterval = 30
rootLogger.level = INFO
rootLogger.appenderRef.console.ref = ConsoleAppender
rootLogger.appenderRef.rolling.ref = RollingFileAppender
logger.pekko.name = org.apache.pekko
logger.pekko.level = INFO
logger.kafka.name = org.apache.kafka
logger.kafka.level = INFO
logger.zookeeper.name = org.apache.zookeeper
logger.zookeeper.level = INFO
logger.netty.name = org.jboss.netty.channel.DefaultChannelPipeline
logger.netty.level = OFF
appender.console.name = ConsoleAppender
appender.console.type = CONSOLE
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{yyyy-MM-dd HH:mm:ss,SSS} %-5p %-60c %x - %m%n
appender.rolling.name = RollingFileAppender
appender.rolling.type = RollingFile
appender.rolling.append = true
appender.rolling.fileName = \${sys:log.file}
appender.rolling.filePattern = \${sys:log.file}.%i
appender.rolling.layout.type = PatternLayout
appender.rolling.layout.pattern = %d{yyyy-MM-dd HH:mm:ss,SSS} %-5p %-60c %x - %m%n
appender.rolling.policies.type = Policies
appender.rolling.policies.size.type = SizeBasedTriggeringPolicy
appender.rolling.policies.size.size = 10MB
appender.rolling.strategy.type = DefaultRolloverStrategy
appender.rolling.strategy.max = 3
`;
