using Sa2VA.Cluster.Settings;
using Sa2VA.Models;
using Sa2VA.Models.Checkpoints;
using Sa2VA.Tensors;

namespace Sa2VA.Cluster.Nodes;

/// <summary>Tries what a node's settings name on the machine that it is to run on, so that it is refused at the start and not at the first video.</summary>
public static class NodeTrial
{
    // Enough for a file to take room on any file system.
    private const int TrialBytes = 4096;

    /// <summary>Recognises the models, finds the devices, and writes to the scratch folder. Loads nothing.</summary>
    /// <exception cref="SettingsException">The first that does not work, by the name of its setting.</exception>
    public static void Run(NodeSettings settings)
    {
        foreach (var (name, model) in settings.Models)
        {
            TryModel($"models.{name}", model.Folder);
            if (model.Variant.Sam2 is { } sam2) TryModel($"models.{name}.sam2", sam2);
        }

        foreach (var device in settings.Devices) TryDevice(device);
        TryScratch(settings);
    }

    private static void TryModel(string setting, string folder)
    {
        try
        {
            ModelFolder.Open(folder).Dispose();
        }
        catch (ModelFolderException failure)
        {
            throw new SettingsException($"{setting} is '{folder}', and that is no model folder: {failure.Message}", failure);
        }
    }

    private static void TryDevice(DeviceSettings device)
    {
        try
        {
            Device.Parse(device.Device).ThrowIfAbsent();
        }
        catch (TensorException failure)
        {
            throw new SettingsException($"devices ({device.Device}): {failure.Message}", failure);
        }
    }

    private static void TryScratch(NodeSettings settings)
    {
        var file = Path.Combine(settings.ScratchFolder, $"{Guid.NewGuid():N}-trial");
        try
        {
            Directory.CreateDirectory(settings.ScratchFolder);
            File.WriteAllBytes(file, new byte[TrialBytes]);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"scratchFolder is '{settings.ScratchFolder}', and it cannot be written: {failure.Message} Make room there, or name another folder.", failure);
        }
        finally
        {
            if (File.Exists(file)) File.Delete(file);
        }
    }
}
