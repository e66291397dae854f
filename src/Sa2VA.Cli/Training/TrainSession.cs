using Sa2VA.Cli.Commands;
using Sa2VA.Cli.Output;
using Sa2VA.Tensors;
using Sa2VA.Training.Runs;

namespace Sa2VA.Cli.Training;

/// <summary>One <c>sa2va train</c>.</summary>
internal static class TrainSession
{
    public static int Execute(TrainArguments arguments, CancellationToken cancellationToken)
    {
        var recipe = RecipeFile.Read(arguments.Recipe);
        var request = new TrainingRequest
        {
            Recipe = recipe,
            Model = arguments.Model,
            Folder = arguments.OutputFolder,
            Source = ClipSourceChoice.Open(arguments, recipe.Seed),
            Device = DeviceNamed(arguments.Device),
            StopAfter = arguments.Steps,
        };
        OutputFolder.Prepare(arguments.OutputFolder);
        var display = TrainDisplay.Create(arguments.Json, new LossCurves(arguments.OutputFolder, arguments.Plots));
        var outcome = display.Show(progress => TrainingRun.Execute(request, progress, cancellationToken));
        return TrainOutput.Write(arguments, outcome);
    }

    private static Device DeviceNamed(string name)
    {
        try
        {
            var device = Device.Parse(name);
            device.ThrowIfAbsent();
            return device;
        }
        catch (TensorException failure)
        {
            throw new CliException(ExitCodes.Device, failure.Message, failure);
        }
    }
}
