namespace Sa2VA.Models.Sa2va;

/// <summary>Asking in words whether something is there. It is put as it is, not as a request for a mask.</summary>
public static class PresenceQuestion
{
    /// <summary>What is answered when it is there.</summary>
    public const string Yes = "Yes.";

    /// <summary>What is answered when it is not.</summary>
    public const string No = "No.";

    /// <summary>The question.</summary>
    /// <param name="expression">What a person wants found.</param>
    /// <param name="isStill">Whether it is about a still picture.</param>
    public static string Of(string expression, bool isStill = false) => $"Does this {(isStill ? "image" : "video")} show \"{expression.Trim()}\"? Please answer yes or no.";
}
