using Sa2VA.Tensors;

namespace Sa2VA.Training.Objectives;

/// <summary>Adds weighted losses and remembers each for the log. Lives in one dispose scope.</summary>
public sealed class LossSum
{
    private readonly List<(string Name, Tensor Value, double Weight)> _parts = [];

    /// <summary>Adds a part; several of one name are averaged in the log and added in the sum.</summary>
    /// <param name="name">What the log calls it.</param>
    /// <param name="value">[] of float32.</param>
    /// <param name="weight">Factor in the sum.</param>
    public void Add(string name, Tensor value, double weight) => _parts.Add((name, value, weight));

    /// <summary>The sum to go backwards from, in the current scope; a constant when there are no parts.</summary>
    public Tensor Total() => _parts.Count == 0 ? torch.zeros([]) : _parts.Select(part => part.Value * part.Weight).Aggregate((sum, part) => sum + part);

    /// <summary>The parts as numbers.</summary>
    public IReadOnlyDictionary<string, double> Read() =>
        _parts.GroupBy(part => part.Name, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Average(part => (double)part.Value.item<float>()), StringComparer.Ordinal);
}
