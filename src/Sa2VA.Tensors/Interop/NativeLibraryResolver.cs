using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Sa2VA.Tensors.Interop;

/// <summary>
/// Finds the bridge: the file that <c>SA2VA_NATIVE_LIBRARY</c> names (a bridge built against another libtorch, CUDA for example),
/// else the one that the build put beside the assembly.
/// </summary>
internal static partial class NativeLibraryResolver
{
    private const string Variable = "SA2VA_NATIVE_LIBRARY";

    /// <summary>How OpenMP's threads wait for work; read once, when its library is loaded with the bridge.</summary>
    private const string WaitPolicy = "OMP_WAIT_POLICY";

#pragma warning disable CA2255 // A library may not need its resolver earlier than this: before its first call.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Register() => NativeLibrary.SetDllImportResolver(typeof(NativeLibraryResolver).Assembly, Resolve);

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath)
    {
        if (name != Native.Library)
            return 0;
        LetThreadsSleep();
        var chosen = Environment.GetEnvironmentVariable(Variable);
        var path = string.IsNullOrEmpty(chosen) ? Path.Combine(AppContext.BaseDirectory, $"lib{name}.so") : chosen;
        try
        {
            return NativeLibrary.Load(path);
        }
        catch (DllNotFoundException e)
        {
            throw new DllNotFoundException(
                $"The tensor bridge '{path}' could not be loaded. Install libtorch (scripts/setup.sh), or point {Variable} at a bridge built for this machine. The loader said: {e.Message}", e);
        }
    }

    /// <summary>
    /// Waiting threads spin unless told otherwise. That gains nothing here, and takes the cores from the decoder and from every
    /// other process: two runs on one machine slowed each other six times. What the user has set is kept.
    /// </summary>
    private static void LetThreadsSleep()
    {
        // .NET keeps its own copy of the environment; OpenMP reads the C library's.
        _ = SetEnvironment(WaitPolicy, "PASSIVE", overwrite: 0);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
