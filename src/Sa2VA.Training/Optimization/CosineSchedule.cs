namespace Sa2VA.Training.Optimization;

/// <summary>A learning rate that rises linearly for the first steps and then falls as half a cosine to its last value.</summary>
/// <param name="Peak">Highest rate.</param>
/// <param name="Last">Rate of the last step.</param>
/// <param name="WarmUp">Steps of the rise.</param>
/// <param name="Steps">Steps of the whole run.</param>
public sealed record CosineSchedule(double Peak, double Last, long WarmUp, long Steps)
{
    /// <summary>Rate of a step, counted from 0; steps beyond the last keep the last rate.</summary>
    public double At(long step)
    {
        if (step < WarmUp)
            return Peak * (step + 1) / WarmUp;
        var share = Math.Min(1, (step - WarmUp) / (double)Math.Max(1, Steps - WarmUp));
        return Last + (Peak - Last) * (1 + Math.Cos(Math.PI * share)) / 2;
    }
}
