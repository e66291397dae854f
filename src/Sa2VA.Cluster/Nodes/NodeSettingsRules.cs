using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cluster.Nodes;

/// <summary>What a node's settings must satisfy before it starts; each refusal names the setting and what it may be.</summary>
public static class NodeSettingsRules
{
    private static readonly System.Buffers.SearchValues<char> s_nameCharacters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

    /// <summary>Checks settings.</summary>
    /// <exception cref="SettingsException">The first that is wrong.</exception>
    public static void Check(NodeSettings settings)
    {
        if (settings.Name.Length is 0 or > 100 || settings.Name.AsSpan().ContainsAnyExcept(s_nameCharacters))
            throw new SettingsException($"name is '{settings.Name}'; it has 1 to 100 letters, digits, '.', '_' and '-'.");
        if (settings.Roles.Count == 0) throw new SettingsException("roles is empty; name 'keyframe', 'tracker' or both.");
        if (settings.Models.Count == 0) throw new SettingsException("models is empty; give each model's folder a name.");
        foreach (var (name, model) in settings.Models)
        {
            if (!Directory.Exists(model.Folder)) throw new SettingsException($"models.{name}: there is no folder '{model.Folder}'.");
            if (model.Variant.Sam2 is { } sam2 && !Path.Exists(sam2)) throw new SettingsException($"models.{name}.sam2: there is no SAM 2 checkpoint '{sam2}'.");
        }

        if (settings.Devices.Count == 0) throw new SettingsException("devices is empty; name at least one, for example {\"device\": \"cpu\"}.");
        foreach (var device in settings.Devices)
        {
            Range($"devices ({device.Device}): slots", device.Slots, 1, 64);
            if (device.MemoryMiB is < 1) throw new SettingsException($"devices ({device.Device}): memoryMiB is {device.MemoryMiB}; it is at least 1.");
            Range($"devices ({device.Device}): warmMiB", device.WarmMiB, 0, 1 << 20);
        }

        Range("keyframes.framesAtOnce", settings.Keyframes.FramesAtOnce, 1, 256);
        Range("keyframes.questionsAtOnce", settings.Keyframes.QuestionsAtOnce, 1, 256);
        Range("keyframes.memoryMiB", settings.Keyframes.MemoryMiB, 1, 1 << 20);
        Range("conversations.warm", settings.Conversations.Warm, 0, 64);
        Range("conversations.idle", settings.Conversations.Idle, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(15));
        Range("conversations.memoryMiB", settings.Conversations.MemoryMiB, 1, 1 << 20);
        Range("checkpoints.everyFrames", settings.Checkpoints.EveryFrames, 1, 100_000);
        Range("checkpoints.everyTime", settings.Checkpoints.EveryTime, TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1));
        Range("slice", settings.Slice, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(20));
        Range("warmTime", settings.WarmTime, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1));
        Range("grace", settings.Grace, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        Range("maxAttempts", settings.MaxAttempts, 1, AttemptRules.Most);
        Range("media.probeTimeout", settings.Media.ProbeTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1));
        Range("media.indexTimeout", settings.Media.IndexTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1));
        Range("media.stallTimeout", settings.Media.StallTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1));
        Range("media.toolThreads", settings.Media.ToolThreads, 1, 64);
        settings.Telemetry.Check();
    }

    private static void Range<T>(string name, T value, T least, T most)
        where T : IComparable<T>
    {
        if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0) throw new SettingsException($"{name} is {value}; it may be {least} to {most}.");
    }
}
