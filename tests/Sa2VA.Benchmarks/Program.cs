using Sa2VA.Benchmarks;
using Sa2VA.Benchmarks.Cluster;
using Sa2VA.Benchmarks.Evaluation;
using Sa2VA.Benchmarks.Models;
using Sa2VA.Benchmarks.Models.Sam2;
using Sa2VA.Benchmarks.Tensors;
using Sa2VA.Tensors;

// dotnet run -c Release --project tests/Sa2VA.Benchmarks -- COMMAND [--name value ...]
var arguments = new BenchmarkArguments(args);
torch.set_num_threads(arguments.Number("threads", 2));
switch (arguments.Command)
{
    case "linear":
        KernelBenchmark.Linear(arguments);
        return 0;
    case "attention":
        KernelBenchmark.Attention(arguments);
        return 0;
    case "encoder":
        EncoderBenchmark.Run(arguments);
        return 0;
    case "parts":
        EncoderPartsBenchmark.Run(arguments);
        return 0;
    case "track":
        TrackBenchmark.Run(arguments);
        return 0;
    case "answer":
        AnswerBenchmark.Run(arguments);
        return 0;
    case "rss":
        LongVideoBenchmark.Run(arguments);
        return 0;
    case "score":
        ScoreBenchmark.Run(arguments);
        return 0;
    case "masks":
        MaskSizeBenchmark.Run(arguments);
        return 0;
    case "redis":
        await RedisBenchmark.RunAsync(arguments);
        return 0;
    case "submit":
        await SubmissionBenchmark.RunAsync(arguments);
        return 0;
    case "failover":
        await FailoverBenchmark.RunAsync(arguments);
        return 0;
    case "overhead":
        await OverheadBenchmark.RunAsync(arguments);
        return 0;
    case "gateway-load":
        await GatewayLoadBenchmark.RunAsync(arguments);
        return 0;
    case "nodes":
        await SimulationBenchmark.RunAsync(arguments);
        return 0;
    default:
        Console.Error.WriteLine("""
            sa2va-benchmarks COMMAND [--threads N] [--repeat N]
              linear     the linear kernel beside libtorch's
              attention  the attention kernel beside libtorch's batched products
              encoder    --trunk t|s|b+|l  image encoder, one frame
              parts      --trunk t|s|b+|l  image encoder, block by block
              track      --trunk t|s|b+|l --objects 1,4,8,16  one step of all objects with a full memory bank
              answer     --preset 1b|4b|8b --quantize none|int8 --frames 1 --tokens 16  load, memory and tokens/s with random weights
              rss        --frames 3000  resident memory along a video with a small model
              submit     --videos 1000000  a manifest into a PostgreSQL of its own, and out of the outbox
              failover   --kills 30 --every 8  kill -9 of a node that tracks, to the next frame that another stores
              overhead   --videos 12 --loops 1 --repeat 5  what the servers cost with the small model, beside the embedded mode
              nodes      --nodes 1,2,4,8 --each 20 | --videos V --frames 64 --frame-ms 20  throughput with a model that only waits
              gateway-load  --watchers 200 --masks 50 --videos 12 --repeat 3  how long callers wait while a job runs, and what they cost it
              score      --frames 3000  J and F of a long clip
              masks      --videos 64  bytes of stored masks beside PNG files
              redis      --blocks 200  writing and reading masks of 1080p in a Redis of its own
            """);
        return 2;
}
