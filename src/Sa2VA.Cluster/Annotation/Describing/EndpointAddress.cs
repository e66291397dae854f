using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cluster.Annotation.Describing;

/// <summary>Addresses of servers that speak chat completions.</summary>
public static class EndpointAddress
{
    private const string Path = "/chat/completions";

    /// <summary>Makes an address of what a person wrote, with or without <c>/chat/completions</c> at its end.</summary>
    /// <param name="text">The address.</param>
    /// <param name="option">What it was given by, for messages.</param>
    /// <exception cref="SettingsException">It is none, holds a secret, or is plain http to another machine.</exception>
    public static Uri Parse(string text, string option)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!Uri.TryCreate(text.Trim(), UriKind.Absolute, out var address) || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps))
            throw new SettingsException($"{option} is '{Shown(text)}', which is no address of a server. Write it as https://api.example.org/v1 or http://127.0.0.1:8000/v1.");
        if (address.UserInfo.Length > 0)
            throw new SettingsException($"{option} has a user or a password in it, where others can read them. Put the key into a variable of the environment.");
        if (address.Query.Length > 0 || address.Fragment.Length > 0)
            throw new SettingsException($"{option} is '{Shown(text)}'; an address without '?' and '#' is expected, for example https://api.example.org/v1.");
        if (address.Scheme == Uri.UriSchemeHttp && !address.IsLoopback)
            throw new SettingsException($"{option} is '{Shown(text)}', plain http to another machine: whoever is between could read the key and the pictures. Use https.");
        var stem = address.AbsoluteUri.TrimEnd('/');
        return new Uri(stem.EndsWith(Path, StringComparison.Ordinal) ? stem[..^Path.Length] : stem);
    }

    /// <summary>Where questions go.</summary>
    public static Uri Completions(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return new Uri(address.AbsoluteUri.TrimEnd('/') + Path);
    }

    // What follows '?' or stands before '@' may be a secret.
    private static string Shown(string text) => text.Split('?')[0] is var stem && stem.Contains('@', StringComparison.Ordinal) ? "..." : stem;
}
