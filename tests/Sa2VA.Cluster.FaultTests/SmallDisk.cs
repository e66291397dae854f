using System.Diagnostics;
using System.Globalization;

namespace Sa2VA.Cluster.FaultTests;

/// <summary>A disk in memory that only one node sees, in place of a folder; it is gone with the node.</summary>
internal sealed class SmallDisk
{
    private readonly string _folder;
    private readonly string _size;

    private SmallDisk(string folder, string size) => (_folder, _size) = (folder, size);

    /// <summary>Runs a program that sees it.</summary>
    public string[] Prefix => ["unshare", "--mount", "sh", "-c", "mount -t tmpfs -o size=$1 tmpfs \"$2\" && shift 2 && exec \"$@\"", "sh", _size, _folder];

    /// <summary>A disk of that size (as <c>16k</c>) in place of a folder that is there; skips the test, with the reason, where this machine does not let us.</summary>
    public static SmallDisk MakeOrSkip(string folder, string size)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Mounting a disk takes root.");
        var (code, said) = Run("unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", folder);
        Assert.SkipUnless(code == 0, $"This machine lets us mount nothing: {said}");
        return new SmallDisk(folder, size);
    }

    /// <summary>Makes room, as an operator would.</summary>
    public void Enlarge(NodeProcess node, string size)
    {
        var (code, said) = Run("nsenter", "--target", node.Id.ToString(CultureInfo.InvariantCulture), "--mount", "mount", "-o", $"remount,size={size}", _folder);
        Assert.True(code == 0, said);
    }

    private static (int Code, string Said) Run(params string[] command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { UseShellExecute = false, RedirectStandardError = true })!;
        var said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, said.Trim());
    }
}
