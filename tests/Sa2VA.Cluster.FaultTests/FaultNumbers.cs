using System.Globalization;

namespace Sa2VA.Cluster.FaultTests;

/// <summary>How much a test does: little by default, as much as one likes by environment variables; see <c>scripts/chaos.sh</c>.</summary>
internal static class FaultNumbers
{
    public static double Read(string variable, double otherwise)
        => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? double.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
