using System.Diagnostics;
using Sa2VA.Models.Sa2va;
using Sa2VA.Models.Weights;

namespace Sa2VA.Training.Runs;

/// <summary>Trains in a <see cref="TrainingFolder"/>; run again with the same folder, it goes on.</summary>
public static class TrainingRun
{
    /// <summary>Trains until all updates are made or until cancelled, which makes a checkpoint first.</summary>
    /// <param name="request">What to do.</param>
    /// <param name="progress">Sees every update, on the caller's thread.</param>
    /// <param name="cancellationToken">Counts between updates; the outcome then is not complete.</param>
    /// <exception cref="TrainingException">The recipe does not fit the model, the folder belongs to another run, or a gradient is not finite.</exception>
    /// <exception cref="Models.ModelFolderException">The model to start from is incomplete or of another kind.</exception>
    /// <exception cref="OperationCanceledException">Cancelled before there was anything to keep.</exception>
    public static TrainingOutcome Execute(TrainingRequest request, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var hasWeights = TrainingFolder.HasWeights(request.Model);
        using var turn = TrainingFolder.Take(request.Folder);
        var tokenizer = TrainingFolder.Prepare(
            request.Model, hasWeights, request.Folder, request.Source, () => Show(TrainingStage.LearningTokens, 0, 0, null), cancellationToken);
        Show(TrainingStage.Loading, 0, 0, null);
        var config = Sa2vaConfig.Load(TrainingFolder.ModelOf(request.Folder)) with { HasModifiedDecoder = !hasWeights };
        using WeightStore start = hasWeights ? CheckpointStore.Open(request.Model, request.Device) : new RandomStore(request.Recipe.Seed, request.Device);
        using var trainer = new Trainer(request.Recipe, config, new PromptTokens(config, tokenizer), request.Source, start);
        (start as CheckpointStore)?.ThrowIfSurplus();
        trainer.Resume(request.Folder);
        return Train(trainer);

        TrainingOutcome Train(Trainer trainer)
        {
            var resumedAt = trainer.StepsDone;
            StepReport? last = null;
            using var log = new LossLog(request.Folder, resumedAt);
            while (trainer.StepsDone < request.End && !cancellationToken.IsCancellationRequested)
            {
                var began = Stopwatch.GetTimestamp();
                last = trainer.Step();
                log.Write(last, Stopwatch.GetElapsedTime(began).TotalSeconds);
                Show(TrainingStage.Training, trainer.StepsDone, resumedAt, last);
                if (!double.IsFinite(last.GradientNorm))
                    throw new TrainingException($"The gradient of update {last.Step} is not finite. The last checkpoint in '{request.Folder}' is from before; lower learningRate in the recipe and go on from it.");
                if (trainer.StepsDone % request.Recipe.CheckpointEvery == 0 && trainer.StepsDone < request.End)
                    Checkpoint(trainer);
            }

            if (last is not null)
            {
                Show(TrainingStage.Saving, trainer.StepsDone, resumedAt, last);
                Checkpoint(trainer);
            }

            return new TrainingOutcome(trainer.StepsDone, request.End, resumedAt, last);
        }

        // In this order: a state never tells of updates that the model beside it lacks.
        void Checkpoint(Trainer trainer)
        {
            ModelExport.Write(trainer.Parameters, TrainingFolder.ModelOf(request.Folder));
            CurveChart.Write(Path.Combine(request.Folder, LossLog.FileName), Path.Combine(request.Folder, CurveChart.FileName));
            trainer.Save(request.Folder);
        }

        void Show(TrainingStage stage, long done, long resumedAt, StepReport? last) =>
            progress?.Report(new TrainingProgress(stage, done, request.End, resumedAt, last));
    }
}
