using System.Text.Json;
using System.Text.Json.Serialization;
using Sa2VA.Cluster.Runs;
using Sa2VA.RunHost;
using Sa2VA.Tensors;

// A process that runs one request, for tests that kill it: RunHost REQUEST.json. It prints a line per stored step and,
// at the end, the outcome with the chain of each object. SIGINT interrupts it as the command line would be.
var json = new JsonSerializerOptions { Converters = { new JsonStringEnumConverter() } };
var request = JsonSerializer.Deserialize<RunRequest>(await File.ReadAllBytesAsync(args[0]), json)!;
torch.set_num_threads(1);
using var interrupted = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    interrupted.Cancel();
};
var result = await VideoRun.ExecuteAsync(request, new Printer(), cancellationToken: interrupted.Token);
Console.WriteLine($"{result.Outcome} {result.FramesDone}/{result.FramesTotal} from {result.ResumedAt} {result.Failure?.Message}");
foreach (var found in result.Objects) Console.WriteLine($"chain {found.ObjectId} {found.Chain}");
return result.Outcome == RunOutcome.Completed ? 0 : 1;
