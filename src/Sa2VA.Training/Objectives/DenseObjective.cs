namespace Sa2VA.Training.Objectives;

/// <summary>What each cell of the tracker's maps shows, read off by layers of their own: teaches a new encoder to see before anything asks it.</summary>
public sealed class DenseObjective(TrainingNetwork network, LossWeights weights)
{
    /// <summary>Adds the losses.</summary>
    public void Add(LossSum losses, TrainingBatch batch, FrameFeatures frames)
    {
        if (weights.Dense == 0 || batch.Clips[0].TrackerLabels.Count == 0)
            return;
        Sa2VA.Tensors.Tensor[] levels = [frames.Middle, frames.Coarse];
        for (var level = 0; level < levels.Length; level++)
        {
            var index = level;
            var cells = levels[level].permute(0, 2, 3, 1).reshape(-1, levels[level].size(1));
            CellClasses.Add(losses, "dense/tracker", network.TrackerHeads[level], cells, batch.Labels(clip => clip.TrackerLabels[index]), weights.Dense);
        }
    }
}
