using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Sa2VA.Cluster.Jobs;

/// <summary>
/// Reads manifests: JSON Lines in UTF-8, a video per line (<c>docs/manifest.md</c>). Lines are read as they are asked for, so that a
/// manifest may be of any length and come over the network.
/// </summary>
public static class ManifestReader
{
    /// <summary>Bytes that a line may have: room for the masks of many objects, and a bound on what a broken file costs.</summary>
    public const int MaxLineBytes = 4 << 20;

    private const int BufferBytes = 64 << 10;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>The videos of a manifest, in order. Blank lines are passed over; the stream is left open.</summary>
    /// <exception cref="JobRefusedException">A line is malformed; it tells which, which field, and what to do. The lines before it have been given out.</exception>
    public static IAsyncEnumerable<VideoRequest> ReadAsync(Stream manifest, CancellationToken cancellationToken) => ReadAsync(manifest, JobQuestions.None, cancellationToken);

    /// <summary>The same for a job that asks something about all its videos.</summary>
    /// <exception cref="JobRefusedException">A line is malformed, or asks too much together with the job.</exception>
    public static async IAsyncEnumerable<VideoRequest> ReadAsync(Stream manifest, JobQuestions questions, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(questions);
        var reader = PipeReader.Create(manifest, new StreamPipeReaderOptions(bufferSize: BufferBytes, leaveOpen: true));
        var number = 0L;
        try
        {
            while (true)
            {
                var result = await reader.ReadAsync(cancellationToken);
                var buffer = result.Buffer;
                while (TryTakeLine(ref buffer, result.IsCompleted, out var line))
                {
                    number++;
                    if (Trim(line, isFirst: number == 1) is { IsEmpty: false } text) yield return ManifestLine.Parse(text, number, questions);
                }

                if (buffer.Length > MaxLineBytes) throw TooLong(number + 1);
                if (result.IsCompleted) yield break;
                reader.AdvanceTo(buffer.Start, buffer.End);
            }
        }
        finally
        {
            await reader.CompleteAsync();
        }
    }

    /// <summary>Cuts the next line off, without its end; the last line may have none.</summary>
    private static bool TryTakeLine(ref ReadOnlySequence<byte> buffer, bool isLast, out ReadOnlySequence<byte> line)
    {
        if (buffer.PositionOf((byte)'\n') is { } end)
        {
            line = buffer.Slice(0, end);
            buffer = buffer.Slice(buffer.GetPosition(1, end));
            return true;
        }

        line = buffer;
        if (!isLast || buffer.IsEmpty) return false;
        buffer = buffer.Slice(buffer.End);
        return true;
    }

    /// <summary>A line without the blanks around it and, when it is the first, without the mark that some editors put before it.</summary>
    private static ReadOnlySequence<byte> Trim(ReadOnlySequence<byte> line, bool isFirst)
    {
        var reader = new SequenceReader<byte>(line);
        if (isFirst) reader.IsNext(ByteOrderMark, advancePast: true);
        reader.AdvancePastAny((byte)' ', (byte)'\t', (byte)'\r');
        return reader.UnreadSequence;
    }

    private static JobRefusedException TooLong(long line)
        => new($"Line {line} has more than {MaxLineBytes:N0} bytes. A manifest has one video per line; is it one JSON array, or a binary file?", line);
}
