namespace WeightSharing.Tests.Docs;

/// <summary>A C# block of a page.</summary>
/// <param name="Id">Page and line, for example <c>README.md:17</c>.</param>
/// <param name="Parts">The code to run: what the block needs before it, and the block itself last.</param>
/// <param name="Output">The printed output that the page shows; null when it shows none.</param>
/// <param name="CompileOnly">The page says that the block is not run.</param>
/// <param name="Pictures">The files that the block writes, which docs/images holds.</param>
internal sealed record CodeBlock(string Id, IReadOnlyList<string> Parts, string? Output, bool CompileOnly, IReadOnlyList<string> Pictures)
{
    private const string With = "<!-- with:", Continues = "<!-- continues -->", Compiled = "<!-- compile only:", Writes = "<!-- writes:", End = "-->";

    /// <summary>
    /// The blocks of a page. A <c>csharp</c> fence is a block; the next fence after it, if <c>text</c>, is its output. Comments on the
    /// lines above the fence: <c>with: code</c> is code that runs before, <c>continues</c> means that the block above runs before,
    /// <c>compile only: why</c> means that the block is compiled and not run, <c>writes: files</c> that it writes these pictures.
    /// </summary>
    public static IReadOnlyList<CodeBlock> Of(string page, string text)
    {
        var blocks = new List<CodeBlock>();
        string[] lines = text.Split('\n');
        bool outputMayFollow = false;
        for (int i = 0; i < lines.Length; i++)
        {
            if (!lines[i].StartsWith("```", StringComparison.Ordinal)) continue;
            int end = Array.IndexOf(lines, "```", i + 1);
            if (end < 0) throw new FormatException($"{page}:{i + 1}: the fence has no end.");
            string body = string.Join('\n', lines[(i + 1)..end]);
            if (lines[i] == "```csharp")
            {
                string id = $"{page}:{i + 1}", comments = CommentsAbove(lines, i);
                IReadOnlyList<string> before = comments.Contains(Continues, StringComparison.Ordinal)
                    ? blocks.LastOrDefault()?.Parts ?? throw new FormatException($"{id}: there is no block above to continue.")
                    : [];
                string? preamble = Between(comments, With);
                string[] parts = [.. before, .. preamble is null ? [] : new[] { preamble }, body];
                string[] pictures = Between(comments, Writes)?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
                blocks.Add(new CodeBlock(id, parts, null, CompileOnly: Between(comments, Compiled) is not null, pictures));
                outputMayFollow = true;
            }
            else
            {
                if (lines[i] == "```text" && outputMayFollow) blocks[^1] = blocks[^1] with { Output = body };
                outputMayFollow = false;
            }

            i = end;
        }

        return blocks;
    }

    // The comments that stand directly above line i, with nothing but empty lines between.
    private static string CommentsAbove(string[] lines, int i)
    {
        int first = i;
        while (true)
        {
            int last = first - 1;
            while (last >= 0 && lines[last].Length == 0) last--;
            if (last < 0 || !lines[last].EndsWith(End, StringComparison.Ordinal)) return string.Join('\n', lines[first..i]);
            first = last;
            while (first > 0 && !lines[first].StartsWith("<!--", StringComparison.Ordinal)) first--;
        }
    }

    private static string? Between(string comments, string start)
    {
        int begin = comments.IndexOf(start, StringComparison.Ordinal);
        if (begin < 0) return null;
        begin += start.Length;
        return comments[begin..comments.IndexOf(End, begin, StringComparison.Ordinal)].Trim();
    }
}
