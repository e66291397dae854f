using Sa2VA.Datasets.RefShapes;

namespace Sa2VA.Training.Data;

/// <summary>Ref-Shapes. Its train split is endless: every number is a video of its own; the others begin again when they are through.</summary>
public sealed class RefShapesSource(RefShapesSplit split = RefShapesSplit.Train, ulong seed = 0) : IClipSource
{
    public IReadOnlyList<int> ClassSizes => RefShapesClip.Kinds;

    public TrainingClip Clip(long number) => new RefShapesClip(RefShapesVideo.Create(split, seed, (int)(number % split.VideoCount())));

    public IEnumerable<string> Texts(int clips)
    {
        for (var number = 0; number < clips; number++)
        {
            var clip = Clip(number);
            foreach (var turn in clip.Turns)
            {
                yield return Models.Sa2va.QuestionTemplate.Apply(turn.Question);
                yield return turn.Answer;
            }

            var random = new SampleRandom(0, (ulong)number);
            if (clip.AskForDescription(ref random) is not { } about)
                continue;
            yield return Models.Sa2va.QuestionTemplate.Apply(about.Question);
            yield return about.Answer;
        }
    }
}
