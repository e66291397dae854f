namespace Sa2VA.Media;

/// <summary>A running decoder and what it will deliver.</summary>
internal sealed class FrameDecoder : IAsyncDisposable
{
    private readonly ToolProcess _process;
    private readonly FrameClock _clock;
    private readonly FramePipe _pipe;
    private VideoFrame? _first;

    private FrameDecoder(VideoInfo info, IReadOnlyList<int> wanted, int start, ReadOptions options)
    {
        (var arguments, Delivered) = DecodePlan.For(info, wanted, start, options.Limits);
        var errors = new ErrorTail(options.Limits.MaxErrorOutput);
        _clock = new FrameClock(errors);
        _process = ToolProcess.Start(MediaTools.Ffmpeg, arguments, _clock.OnLineAsync);
        _process.Input.Close();
        options.DecoderStarted?.Invoke(_process.Id);
        _pipe = new FramePipe(_process, _clock, errors, info, options.Limits);
    }

    /// <summary>The indices that come out, in order.</summary>
    public IReadOnlyList<int> Delivered { get; }

    /// <summary>
    /// Starts a decoder and waits for its first frame. When a seek did not lead to the frame expected (a stream with gradual refresh shows
    /// nothing until a whole period has passed, an index may be wrong), decoding starts over from the beginning of the file.
    /// </summary>
    public static async Task<FrameDecoder> OpenAsync(VideoInfo info, IReadOnlyList<int> wanted, ReadOptions options, CancellationToken cancellationToken)
    {
        for (var start = DecodePlan.Start(info, wanted[0]); ; start = 0)
        {
            var decoder = new FrameDecoder(info, wanted, start, options);
            try
            {
                decoder._first = await decoder._pipe.ReadAsync(decoder.Delivered[0], cancellationToken);
                return decoder;
            }
            catch (MediaException e) when (start > 0 && e.Kind is MediaErrorKind.Damaged or MediaErrorKind.Truncated)
            {
                await decoder.DisposeAsync();
            }
            catch
            {
                await decoder.DisposeAsync();
                throw;
            }
        }
    }

    /// <summary>Reads the next frame, which must be the one with this index.</summary>
    public Task<VideoFrame> ReadAsync(int index, CancellationToken cancellationToken)
    {
        if (_first is not { } first)
            return _pipe.ReadAsync(index, cancellationToken);
        _first = null;
        return Task.FromResult(first);
    }

    public async ValueTask DisposeAsync()
    {
        _first?.Dispose();
        _process.Kill();
        _clock.Drop();
        await _process.DisposeAsync();
    }
}
