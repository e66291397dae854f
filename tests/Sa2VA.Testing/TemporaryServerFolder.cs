using System.Diagnostics;

namespace Sa2VA.Testing;

/// <summary>
/// A folder for servers of a test. Whatever runs in it (each process has put its id at the beginning of a file <c>*.process</c>) is killed and
/// the folder removed when it is disposed, and also when the tests are killed: a guard, a process of its own, notices both in the same way.
/// </summary>
public sealed class TemporaryServerFolder : IAsyncDisposable
{
    // The guard's input is a pipe whose other end only we hold. PostgreSQL gets SIGQUIT, with which it ends at once but gives its shared memory back.
    // A process that was told to end still has its port for a moment: it is waited for until it is gone, or has nothing left but its number.
    private const string Guard = """
        read -r _
        for record in $(find "$1" -name '*.process'); do
          read -r pid _ <"$record"
          case $(cat "/proc/$pid/comm" 2>/dev/null) in
            '') ;;
            postgres) kill -QUIT "$pid"; ended="$ended $pid" ;;
            *) kill -KILL "$pid"; ended="$ended $pid" ;;
          esac
        done
        for pid in $ended; do
          for attempt in $(seq 100); do
            case $(cut -d' ' -f3 "/proc/$pid/stat" 2>/dev/null) in
              ''|Z|X) break ;;
            esac
            sleep 0.05
          done
        done
        for attempt in 1 2 3 4 5 6 7 8 9 10; do
          rm -rf "$1" 2>/dev/null && exit 0
          sleep 0.2
        done
        """;

    private readonly Process _guard;

    /// <summary>Creates the folder under the system's temporary folder; every user may pass through, as PostgreSQL's has to.</summary>
    public TemporaryServerFolder()
    {
        FullPath = Directory.CreateTempSubdirectory("sa2va-servers-").FullName;
        if (!OperatingSystem.IsWindows())
            System.IO.File.SetUnixFileMode(FullPath, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        // A session of its own: Ctrl-C ends the tests, and then the guard has work to do.
        _guard = Process.Start(new ProcessStartInfo("setsid", ["sh", "-c", Guard, "sh", FullPath]) { UseShellExecute = false, RedirectStandardInput = true })!;
    }

    /// <summary>The folder.</summary>
    public string FullPath { get; }

    /// <summary>Kills what runs in the folder and removes it.</summary>
    public async ValueTask DisposeAsync()
    {
        _guard.StandardInput.Close();
        await _guard.WaitForExitAsync();
        _guard.Dispose();
    }
}
