using Microsoft.Data.Sqlite;
using Sa2VA.Actors;
using Sa2VA.Actors.Journaling;
using Sa2VA.Cluster.Checkpoints;
using Sa2VA.Media;
using Sa2VA.Models;
using Sa2VA.Models.Sam2.Tracking;
using Sa2VA.Tensors;
using Sa2VA.Tensors.Safetensors;

namespace Sa2VA.Cluster.Runs;

/// <summary>Which exceptions say something that a person can act on, and what.</summary>
internal static class RunFailures
{
    /// <summary>The failure that an exception stands for, or null when trying again is the right answer.</summary>
    public static RunFailure? Of(Exception failure) => failure switch
    {
        ChildFailedException { InnerException: { } inner } => Of(inner),
        RunException run => new RunFailure(run.Kind, run.Message, Frame: null),
        MediaException { IsTransient: true, Frame: null } => null,
        MediaException media => new RunFailure(RunFailureKind.Media, media.Message, (int?)media.Frame),
        ModelFolderException or SafetensorsException => new RunFailure(RunFailureKind.Model, failure.Message, Frame: null),
        TrackerException => new RunFailure(RunFailureKind.Settings, failure.Message, Frame: null),
        TensorException { IsOutOfMemory: true } => new RunFailure(
            RunFailureKind.Device, $"The device ran out of memory: {failure.Message} Track fewer objects at once, or use a device with more memory.", Frame: null),
        OutOfMemoryException => new RunFailure(RunFailureKind.Device, "The machine ran out of memory. Track fewer objects at once.", Frame: null),
        FencedException => new RunFailure(RunFailureKind.TakenOver, failure.Message, Frame: null),
        ScratchFolderException => new RunFailure(RunFailureKind.Storage, failure.Message, Frame: null),
        SqliteException or IOException or UnauthorizedAccessException => new RunFailure(
            RunFailureKind.Storage, $"The work folder cannot be used: {failure.Message} What was stored is kept; make room or name another folder, then run the same command again.", Frame: null),
        InvalidDataException => new RunFailure(RunFailureKind.Storage, failure.Message, Frame: null),
        _ => null,
    };
}
