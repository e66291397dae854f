using System.Xml;
using System.Xml.Linq;

namespace Sa2VA.Evaluation.Reports.Html;

/// <summary>Elements of the page. They are XML, so that nothing in a sentence or a name can become markup.</summary>
internal static class Markup
{
    /// <summary>An element. Strings become text; attributes come as <see cref="XAttribute"/>; null is left out.</summary>
    public static XElement El(string name, params object?[] content)
    {
        var element = new XElement(name, [.. content.Select(c => c is string text ? new XText(Clean(text)) : c)]);
        // "<div/>" is an opening tag to a browser.
        if (element.IsEmpty && name is not ("meta" or "img" or "br" or "rect" or "line" or "circle" or "path")) element.Add(new XText(""));
        return element;
    }

    public static XAttribute Attr(string name, object value) => new(name, value is string text ? Clean(text) : value);

    public static XAttribute Class(string value) => new("class", value);

    /// <summary>Sentences come from files: characters that XML does not have are replaced.</summary>
    private static string Clean(string text)
        => text.All(c => XmlConvert.IsXmlChar(c)) ? text : string.Concat(text.Select(c => XmlConvert.IsXmlChar(c) ? c : '\uFFFD'));
}
