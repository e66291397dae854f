namespace Sa2VA.Models.Sam2;

/// <summary>The shape of one Hiera block, worked out from the stages.</summary>
/// <param name="Inputs">Channels in.</param>
/// <param name="Outputs">Channels out; more than in at a stage change.</param>
/// <param name="Heads">Attention heads.</param>
/// <param name="Window">Side of the windows in tokens of the input; 0 attends to the whole map.</param>
/// <param name="Pool">Tokens per side that become one; 1 for none.</param>
/// <param name="Hidden">Hidden width of the MLP.</param>
/// <param name="EndsStage">Whether the block's output is the stage's.</param>
public sealed record HieraBlockPlan(int Inputs, int Outputs, int Heads, int Window, int Pool, int Hidden, bool EndsStage)
{
    /// <summary>The blocks of a trunk in order.</summary>
    public static IReadOnlyList<HieraBlockPlan> Of(HieraConfig config)
    {
        var blocks = new List<HieraBlockPlan>();
        var (width, heads) = (config.EmbedDim, config.NumHeads);
        for (var stage = 0; stage < config.Stages.Length; stage++)
        {
            for (var i = 0; i < config.Stages[stage]; i++)
            {
                var changes = stage > 0 && i == 0;
                // The first block of a stage still sees the previous stage's map, hence its window.
                var window = config.GlobalAttBlocks.Contains(blocks.Count) ? 0 : config.WindowSpec[changes ? stage - 1 : stage];
                var outputs = changes ? (int)(width * config.DimMul) : width;
                heads = changes ? (int)(heads * config.HeadMul) : heads;
                blocks.Add(new HieraBlockPlan(
                    width, outputs, heads, window, changes && stage <= config.QPool ? config.QStride : 1, (int)(outputs * config.MlpRatio), i == config.Stages[stage] - 1));
                width = outputs;
            }
        }

        return blocks;
    }
}
