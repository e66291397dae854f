using System.Runtime.InteropServices;
using Sa2VA.Tensors.Interop;

namespace Sa2VA.Tensors;

/// <summary>The bridge's own CPU kernels: linear layers and attention in float32.</summary>
public static class CpuKernels
{
    /// <summary>What they are compiled for, fastest first. Which of them run here depends on the processor.</summary>
    public static IReadOnlyList<string> InstructionSets { get; } = ["avx512", "avx2", "portable"];

    /// <summary>The instruction set in use; at start the fastest that the processor has. Results may differ in the last bits between two.</summary>
    public static string InstructionSet => Marshal.PtrToStringUTF8(Native.sv_kernels_name())!;

    /// <summary>Uses another instruction set from now on, for tests and measurements. Not while a kernel runs.</summary>
    /// <returns>False, and nothing changes, when this processor does not have it.</returns>
    public static bool TrySelect(string instructionSet) => Native.sv_kernels_select(instructionSet) == 0;
}
