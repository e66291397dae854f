using System.Security.Cryptography;
using System.Text;

namespace Sa2VA.Cluster.Local;

/// <summary>Files that only their owner may read (mode 600).</summary>
public static class OwnerFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    // 32 of 62 characters: 190 bits.
    private const int PasswordLength = 32;
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>Writes the text so that at no moment anybody else can read it, nor half of it is there.</summary>
    public static void Write(string path, string text)
    {
        var beside = path + ".new";
        File.Delete(beside);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        using (var stream = new FileStream(beside, options)) stream.Write(Encoding.UTF8.GetBytes(text));
        File.Move(beside, path, overwrite: true);
    }

    /// <summary>Letters and digits only, so that it needs no quoting in any configuration file.</summary>
    public static string NewPassword() => RandomNumberGenerator.GetString(Alphabet, PasswordLength);
}
