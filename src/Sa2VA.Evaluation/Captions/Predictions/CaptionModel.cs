using System.Text.Json;
using Sa2VA.Cluster.Chat;
using Sa2VA.Cluster.Runs;
using Sa2VA.Datasets;
using Sa2VA.Evaluation.Predictions;
using Sa2VA.Media;
using Sa2VA.Media.Masks;
using Sa2VA.Models.Sa2va;

namespace Sa2VA.Evaluation.Captions.Predictions;

/// <summary>
/// Asks a model about each picture as <c>sa2va caption</c> does. What it said is kept in the work folder, a file for each picture, so that
/// no finished picture is asked about again.
/// </summary>
public sealed class CaptionModel : ICaptionPredictions
{
    private const string SettingsFile = "settings.json";
    private const string Prefix = "image-";

    private readonly ModelHost _host;
    private readonly ModelPredictionOptions _options;

    /// <summary>Takes a model; it is loaded when the first picture needs it.</summary>
    /// <param name="host">Of the options' model and device; the caller disposes of it.</param>
    /// <param name="options">Whose work folder is for one split only; made when absent.</param>
    /// <exception cref="EvaluationException">The work folder holds captions of another model, or of other settings.</exception>
    public CaptionModel(ModelHost host, ModelPredictionOptions options)
    {
        (_host, _options) = (host, options);
        Directory.CreateDirectory(options.WorkFolder);
        var (path, settings) = (Path.Combine(options.WorkFolder, SettingsFile), Settings(options));
        if (!File.Exists(path)) File.WriteAllText(path, settings);
        else if (File.ReadAllText(path) != settings)
            throw new EvaluationException($"'{options.WorkFolder}' holds captions of another model or of other settings ('{SettingsFile}' names them). Name another folder with --out, or delete this one.");
        Known = Directory.EnumerateFiles(options.WorkFolder, Prefix + "*.json").Count();
    }

    /// <inheritdoc/>
    public string Name => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(_options.ModelFolder)));

    /// <summary>Pictures that need not be asked about: what was said about them was there before.</summary>
    public int Known { get; }

    /// <inheritdoc/>
    /// <exception cref="RunException">The model or the picture cannot be used; the message names the image.</exception>
    public async Task<CaptionPrediction?> ReadAsync(GcgImage image, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(image);
        var path = Path.Combine(_options.WorkFolder, $"{Prefix}{WorkFolderName.Of(image.Id)}.json");
        if (File.Exists(path)) return CaptionJson.Read(path);
        try
        {
            var said = await AskAsync(image.Picture, cancellationToken);
            CaptionJson.Write(path, image.Id, said);
            return said;
        }
        catch (Exception failure) when (failure is RunException { Kind: RunFailureKind.Media } or MediaException or DatasetException)
        {
            if (_options.SkipUnreadable) return null;
            throw new RunException(RunFailureKind.Media, $"Image '{image.Id}': {failure.Message}", failure);
        }
    }

    private async Task<CaptionPrediction> AskAsync(string picture, CancellationToken cancellationToken)
    {
        await using var session = await ChatSession.OpenAsync(_host, new ChatRequest { Source = picture, Protocol = _options.Protocol }, cancellationToken);
        if (!session.SaysCaptions)
            throw new RunException(RunFailureKind.Model, $"'{_options.ModelFolder}' is a UniPixel: it was not trained to describe with masks. Give a Sa2VA folder.");
        var answer = await session.AskAsync(GroundedCaption.Request, cancellationToken: cancellationToken);
        // A cut-off caption must not pass for a whole one.
        cancellationToken.ThrowIfCancellationRequested();
        var caption = GroundedCaption.Of(answer, session.Tokenizer);
        var objects = answer.SegEmbeddings.Select((embedding, segment) => new FollowedObject(segment + 1, $"{segment + 1}") { Embedding = embedding }).ToList();
        var masks = new List<Rle>(objects.Count);
        if (objects.Count > 0)
        {
            await foreach (var frame in session.FollowAsync(objects, cancellationToken))
            {
                using (frame) masks.AddRange(frame.Masks.Select(mask => RleCodec.Encode(mask.Pixels, frame.Frame.Image.Height, frame.Frame.Image.Width)));
            }
        }

        return CaptionPrediction.Of(caption.Text, caption.Phrases.OrderBy(phrase => phrase.Segment ?? int.MaxValue).Select(caption.TextOf), masks);
    }

    private static string Settings(ModelPredictionOptions options) => JsonSerializer.Serialize(new
    {
        Model = Path.GetFullPath(options.ModelFolder),
        Protocol = options.Protocol.ToString(),
        Sam2 = options.Variant.Sam2 is { } sam2 ? Path.GetFullPath(sam2) : null,
        Quantize = options.Variant.Quantize.ToString(),
    });
}
