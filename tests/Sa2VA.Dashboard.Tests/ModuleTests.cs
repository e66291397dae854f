using System.Text.Json;
using Sa2VA.Media.Masks;

namespace Sa2VA.Dashboard.Tests;

/// <summary>The dashboard's modules that compute something, asked directly.</summary>
[Collection(DashboardCollection.Name)]
public sealed class ModuleTests(DashboardFixture dashboard)
{
    private const int Masks = 40;

    [Fact]
    public async Task Run_lengths_are_decoded_as_they_were_encoded()
    {
        var random = new Random(7);
        var masks = Enumerable.Range(0, Masks).Select(number => RandomMask(random, number)).ToList();
        var encoded = masks.Select(mask => new { counts = RleCodec.Encode(mask.Pixels, mask.Height, mask.Width).Counts, height = mask.Height, width = mask.Width });
        await dashboard.VisitAsync(Look.Desktop, "/jobs", async page =>
        {
            var decoded = await page.EvaluateAsync<string[]>(
                "async masks => { const { decode } = await import('/js/rle.js'); return masks.map(({ counts, height, width }) => decode(counts, height, width).join('')); }", encoded);
            Assert.Equal(masks.Select(mask => string.Concat(mask.Pixels)), decoded);
        });
    }

    [Fact]
    public async Task Answers_in_words_are_listed_and_nothing_is_shown_where_nothing_was_asked()
    {
        await dashboard.VisitAsync(Look.Desktop, "/jobs", async page =>
        {
            var told = await page.EvaluateAsync<string[]>("""
                async () => {
                  const { sayings } = await import('/js/video/sayings.js');
                  const said = sayings();
                  const lines = () => [...said.node.querySelectorAll('li')].map(one => [...one.children].map(part => part.textContent).join(' | '));
                  said.update({ questions: [], caption: null });
                  const none = `${said.node.hidden}`;
                  said.update({ questions: [{ target: 1, question: 'What <b>happens</b>?', answer: 'A ball rolls', complete: false, failure: null }, { target: 2, question: 'Why?', answer: null, complete: false, failure: null }], caption: null });
                  const first = lines();
                  said.update({ questions: [{ target: 1, question: 'What?', answer: null, complete: false, failure: 'too long' }], caption: { target: 3, text: 'A ball.', complete: true, failure: null } });
                  return [none, ...first, ...lines(), `${said.node.hidden}`];
                }
                """);
            Assert.Equal(["true", "What <b>happens</b>? | A ball rolls … (cut off)", "Why? | Not answered yet.", "Caption | A ball.", "What? | too long", "false"], told);
        });
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("P")]
    [InlineData("zz")]
    [InlineData("PPPPPPPP1")]
    [InlineData("d0\n")]
    public async Task What_are_no_run_lengths_of_that_size_is_refused(string counts)
    {
        await dashboard.VisitAsync(Look.Desktop, "/jobs", async page =>
        {
            var name = await page.EvaluateAsync<string>("async counts => { const { decode } = await import('/js/rle.js'); try { decode(counts, 6, 6); return 'taken'; } catch (failure) { return failure.name; } }", counts);
            Assert.Equal("RangeError", name);
        });
    }

    [Fact]
    public async Task Events_are_understood_however_the_stream_is_cut()
    {
        const string Stream = ":\n\nid: 1-0\nevent: video-probed\ndata: {\"detail\":\"größe\"}\n\n: still here\n\ndata: one\r\ndata: two\r\n\r\nid: 9\ndata: never ended\n";
        await dashboard.VisitAsync(Look.Desktop, "/jobs", async page =>
        {
            for (var size = 1; size < 20; size++)
            {
                var told = await page.EvaluateAsync<JsonElement>(
                    """
                    async ([text, size]) => {
                      const { parseEvents } = await import('/js/events.js');
                      const bytes = new TextEncoder().encode(text);
                      const stream = new ReadableStream({ start(to) {
                        for (let at = 0; at < bytes.length; at += size) to.enqueue(bytes.slice(at, at + size));
                        to.close();
                      } });
                      const events = [];
                      for await (const event of parseEvents(stream)) events.push(`${event.id}|${event.type}|${event.data}`);
                      return events;
                    }
                    """, new object[] { Stream, size });
                Assert.Equal(["1-0|video-probed|{\"detail\":\"größe\"}", "1-0|message|one\ntwo"], told.EnumerateArray().Select(one => one.GetString()!));
            }
        });
    }

    [Fact]
    public async Task An_object_is_hidden_between_the_times_that_it_is_seen_and_absent_outside()
    {
        await dashboard.VisitAsync(Look.Desktop, "/jobs", async page =>
        {
            var told = await page.EvaluateAsync<string>(
                """
                async () => {
                  const { presenceOf, presenceText } = await import('/js/video/presence.js');
                  const areas = [0, 0, 5, 5, 0, 0, 5, 0];
                  const track = { length: areas.length, frameOf: step => 10 + step, at: step => ({ masks: new Map([[1, { area: areas[step], score: 0 }]]) }) };
                  const presence = presenceOf(track, 1);
                  return `${presence.states.join('')} ${presence.scores[0]} ${presenceText(presence, track)}`;
                }
                """);
            Assert.Equal("00221120 0.5 Seen in 3 of 8 frames, from frame 12 to 16; hidden in 2 between.", told);
        });
    }

    [Fact]
    public async Task Objects_have_the_colours_of_overlays()
    {
        await dashboard.VisitAsync(Look.Desktop, "/jobs", async page =>
        {
            var colours = await page.EvaluateAsync<string[]>("async () => { const { tint } = await import('/js/palette.js'); return Array.from({ length: 20 }, (_, place) => tint(place).join(' ')); }");
            Assert.Equal(Enumerable.Range(0, 20).Select(Media.ObjectPalette.Tint).Select(one => $"{one.R} {one.G} {one.B}"), colours);
        });
    }

    private static (byte[] Pixels, int Height, int Width) RandomMask(Random random, int number)
    {
        var (height, width) = (random.Next(1, 40), random.Next(1, 40));
        // From empty to full; pixels cling to the ones before, so that runs are of many lengths.
        var mask = new byte[height * width];
        var last = (byte)0;
        for (var at = 0; at < mask.Length; at++)
        {
            if (random.NextDouble() < 0.3) last = (byte)(random.Next(Masks - 1) < number ? 1 : 0);
            mask[at] = last;
        }

        return (mask, height, width);
    }
}
