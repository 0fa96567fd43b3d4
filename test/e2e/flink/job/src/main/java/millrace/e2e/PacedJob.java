// Counts generated records by key and second, at a stated rate: what test/e2e/jobs/paced.ts is for our engine, with the same
// parameters, the same lines in its result, and therefore the same answer by arithmetic (harness/paced-answer.ts).
//   I1. The only source has one subtask, so that records come in the order of their event time and no window is late.
//   I2. Lines are part of the result only once a checkpoint has committed their file: names without a leading dot.
package millrace.e2e;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.AggregateFunction;
import org.apache.flink.api.common.serialization.SimpleStringEncoder;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.file.sink.FileSink;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.filesystem.bucketassigners.BasePathBucketAssigner;
import org.apache.flink.streaming.api.functions.sink.filesystem.rollingpolicies.OnCheckpointRollingPolicy;
import org.apache.flink.streaming.api.functions.windowing.ProcessWindowFunction;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;

/** Run with {@code --seconds N --recordsPerSecond N --keys N --out DIRECTORY}. */
public final class PacedJob {
    private static final long SECOND_MS = 1_000;

    private PacedJob() {}

    /** What the answer depends on, and where it goes. */
    private record Parameters(long seconds, long recordsPerSecond, long keys, String out) {}

    /** Records and the sum of their indices, of one key in one second. */
    public static final class Sums {
        public long records;
        public long indices;
    }

    public static void main(String[] args) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        build(env, readParameters(args));
        env.execute("paced");
    }

    private static void build(StreamExecutionEnvironment env, Parameters parameters) {
        long perSecond = parameters.recordsPerSecond();
        long keys = parameters.keys();
        DataGeneratorSource<Long> readings =
                new DataGeneratorSource<>(
                        index -> index,
                        parameters.seconds() * perSecond,
                        RateLimiterStrategy.perSecond(perSecond),
                        Types.LONG);
        WatermarkStrategy<Long> watermarks =
                WatermarkStrategy.<Long>forMonotonousTimestamps()
                        .withTimestampAssigner((index, before) -> index * SECOND_MS / perSecond);
        env.fromSource(readings, watermarks, "readings")
                .uid("readings")
                .setParallelism(1) // I1
                .setMaxParallelism(1) // I1, also where the scheduler decides on the parallelism
                .keyBy(index -> index % keys, Types.LONG)
                .window(TumblingEventTimeWindows.of(Duration.ofMillis(SECOND_MS)))
                .aggregate(new Summing(), new ToLine(), Types.POJO(Sums.class), Types.POJO(Sums.class), Types.STRING)
                .name("records by second")
                .uid("records-by-second")
                .sinkTo(
                        FileSink.forRowFormat(
                                        new Path(parameters.out(), "paced/counts"),
                                        new SimpleStringEncoder<String>())
                                .withBucketAssigner(new BasePathBucketAssigner<>())
                                .withRollingPolicy(OnCheckpointRollingPolicy.build())
                                .build())
                .name("counts")
                .uid("counts");
    }

    private static final class Summing implements AggregateFunction<Long, Sums, Sums> {
        private static final long serialVersionUID = 1;

        @Override
        public Sums createAccumulator() {
            return new Sums();
        }

        @Override
        public Sums add(Long index, Sums sums) {
            sums.records += 1;
            sums.indices += index;
            return sums;
        }

        @Override
        public Sums getResult(Sums sums) {
            return sums;
        }

        @Override
        public Sums merge(Sums left, Sums right) {
            left.records += right.records;
            left.indices += right.indices;
            return left;
        }
    }

    private static final class ToLine extends ProcessWindowFunction<Sums, String, Long, TimeWindow> {
        private static final long serialVersionUID = 1;

        @Override
        public void process(Long key, Context context, Iterable<Sums> windows, Collector<String> out) {
            for (Sums sums : windows) {
                out.collect(
                        "key-" + key + "," + context.window().getStart() + "," + sums.records + "," + sums.indices);
            }
        }
    }

    private static Parameters readParameters(String[] args) {
        Set<String> names = Set.of("--seconds", "--recordsPerSecond", "--keys", "--out");
        Map<String, String> given = new HashMap<>();
        for (int at = 0; at < args.length; at += 2) {
            if (!names.contains(args[at]) || at + 1 == args.length) {
                throw new IllegalArgumentException(
                        "expected " + names + " with a value each, and got " + String.join(" ", args));
            }
            given.put(args[at], args[at + 1]);
        }
        if (!given.containsKey("--out")) {
            throw new IllegalArgumentException("--out is missing: the folder for paced/counts");
        }
        long seconds = Long.parseLong(given.getOrDefault("--seconds", "20"));
        long perSecond = Long.parseLong(given.getOrDefault("--recordsPerSecond", "1000"));
        long keys = Long.parseLong(given.getOrDefault("--keys", "10"));
        if (seconds < 1 || keys < 1 || perSecond < keys || perSecond % keys != 0) {
            throw new IllegalArgumentException(
                    "--seconds and --keys must be at least 1, and --keys must divide --recordsPerSecond: got "
                            + String.join(" ", args));
        }
        return new Parameters(seconds, perSecond, keys, given.get("--out"));
    }
}
