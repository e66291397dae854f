using Microsoft.Playwright;

namespace Sa2VA.Dashboard.Tests;

/// <summary>Looks a page over for what keeps people out; see <c>audit.js</c>.</summary>
internal static class Audit
{
    private static readonly string s_script = Read();

    public static async Task AssertNothingWrongAsync(IPage page) => Assert.Empty(await page.EvaluateAsync<string[]>(s_script));

    /// <summary>
    /// Goes through a page that was just loaded by the Tab key alone: everything that can be used is met, in the order of the document, and each shows that it has the focus.
    /// </summary>
    public static async Task AssertTabOrderAsync(IPage page)
    {
        var expected = await page.EvaluateAsync<int>(
            """
            () => {
              const stops = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
                .filter(one => !one.disabled && one.tabIndex >= 0 && one.checkVisibility({ visibilityProperty: true }))
                .filter(one => one.type !== 'radio' || one.checked);
              stops.forEach((one, at) => { one.dataset.stop = at; });
              return stops.length;
            }
            """);
        for (var at = 0; at < expected; at++)
        {
            await page.Keyboard.PressAsync("Tab");
            var met = await page.EvaluateAsync<string>(
                """
                () => {
                  const one = document.activeElement;
                  // What is shown to be focused may be its label, where the field itself is out of sight.
                  const seen = one.matches('.hidden-text') ? one.nextElementSibling : one;
                  const { outlineStyle, outlineWidth } = getComputedStyle(seen);
                  return `${one.dataset.stop} ${outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 ? 'visible' : `hidden: ${one.outerHTML.slice(0, 120)}`}`;
                }
                """);
            Assert.Equal($"{at} visible", met);
        }
    }

    private static string Read()
    {
        using var reader = new StreamReader(typeof(Audit).Assembly.GetManifestResourceStream("audit.js")!);
        return string.Join('\n', reader.ReadToEnd().Split('\n').SkipWhile(line => line.StartsWith("//", StringComparison.Ordinal)));
    }
}
