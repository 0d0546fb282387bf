using WeightSharing.Analysis;

namespace WeightSharing.Tests.Analysis;

public sealed class JsonTextTests
{
    [Fact]
    public void Text_is_indented_and_keeps_its_letters()
    {
        string text = JsonText.Of(json =>
        {
            json.WriteStartObject();
            JsonText.Strings(json, "names", ["ä → [2, 3]", "\"b\""]);
            json.WriteEndObject();
        });
        Assert.Equal("{\n  \"names\": [\n    \"ä → [2, 3]\",\n    \"\\\"b\\\"\"\n  ]\n}", text.ReplaceLineEndings("\n"));
    }
}
