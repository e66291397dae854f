using static Sa2VA.Tensors.torch;

namespace Sa2VA.Tensors.Tests.Kernels;

/// <summary>Puts back the instruction set and the thread count, which belong to the process: tests that change them run one at a time.</summary>
[CollectionDefinition(nameof(KernelState), DisableParallelization = true)]
public sealed class KernelState : IDisposable
{
    private readonly string _set = CpuKernels.InstructionSet;
    private readonly int _threads = get_num_threads();

    public KernelState() => manual_seed(7);

    /// <summary>Skips the test where this processor lacks the instruction set.</summary>
    public void Use(string set) => Assert.SkipUnless(CpuKernels.TrySelect(set), $"This processor does not have {set}.");

    public void Dispose()
    {
        CpuKernels.TrySelect(_set);
        set_num_threads(_threads);
    }
}
