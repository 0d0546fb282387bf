using WeightSharing.Markov;

namespace WeightSharing.Tests.Markov.Sequences;

public sealed class SequenceTests
{
    [Fact]
    public void Fasta_is_read_with_names_and_descriptions()
    {
        IReadOnlyList<NamedSequence> all = Fasta.Read(new StringReader(">a first one\nACG\nT N\n\n; a note\n>b\nac-gt\n"), "test", Alphabet.Dna);
        Assert.Equal([new NamedSequence("a", "first one", "ACGTN"), new NamedSequence("b", "", "ac-gt")], all);
        Assert.Empty(Fasta.Read(new StringReader("")));
    }

    [Theory]
    [InlineData("ACG\n", "test, line 1: text before the first header; a sequence begins with a line >name.")]
    [InlineData(">a\nAC\n>\nA", "test, line 3: a header without a name.")]
    [InlineData(">a\n>b\nA", "test, line 1: the sequence a is empty.")]
    [InlineData(">a\nAC\nA1\n", "test, line 3: the character '1' is not in the alphabet ACGT.")]
    [InlineData(">a\nAC\n>b", "test, line 3: the sequence b is empty.")]
    public void Wrong_fasta_is_refused_with_its_line(string text, string message) =>
        Assert.Equal(message, Assert.Throws<FormatException>(() => Fasta.Read(new StringReader(text), "test", Alphabet.Dna)).Message);

    [Fact]
    public void Stockholm_is_read_with_blocks_and_annotations()
    {
        const string Text = "# STOCKHOLM 1.0\n#=GF ID  test\n#=GF CC one\n#=GF CC two\n#=GS a AC X\n\na/1-5  AC-G\nb      A..G\n#=GC SS_cons ....\n\na/1-5 TT\nb TA\n#=GC SS_cons <>\n//\n";
        MultipleAlignment alignment = Assert.Single(Stockholm.Read(new StringReader(Text)));
        Assert.Equal(["a/1-5", "b"], alignment.Rows.Select(row => row.Name));
        Assert.Equal("AC-GTT", alignment.Rows[0].Sequence);
        Assert.Equal("one\ntwo", alignment.File["CC"]);
        Assert.Equal("....<>", alignment.Columns["SS_cons"]);
        Assert.Equal(("ACGTT", "A-GTA"), alignment.Pair(0, 1));
    }

    [Theory]
    [InlineData("a ACG\n//\n", "test, line 1: expected the header # STOCKHOLM 1.0.")]
    [InlineData("# STOCKHOLM 2.0\n", "test, line 1: # STOCKHOLM 2.0; only version 1.0 is read.")]
    [InlineData("# STOCKHOLM 1.0\na ACG\n", "test, line 2: the alignment that begins at line 1 does not end with //.")]
    [InlineData("# STOCKHOLM 1.0\na ACG\nb AC\n//\n", "test, line 3: the row b has 2 columns, a has 3; rows must be equally long.")]
    [InlineData("# STOCKHOLM 1.0\na AC GT\n//\n", "test, line 2: a row is a name and a sequence, here are 3 words.")]
    [InlineData("# STOCKHOLM 1.0\na AC?\n//\n", "test, line 2: the character '?' is not a sequence's.")]
    [InlineData("# STOCKHOLM 1.0\na AC\n#=GC SS .\n//\n", "test, line 4: #=GC SS has 1 columns, the rows have 2.")]
    [InlineData("# STOCKHOLM 1.0\n//\n", "test, line 2: an alignment without rows.")]
    public void Wrong_stockholm_is_refused_with_its_line(string text, string message) =>
        Assert.Equal(message, Assert.Throws<FormatException>(() => Stockholm.Read(new StringReader(text), "test")).Message);

    [Fact]
    public void Alphabets_number_their_symbols()
    {
        Assert.Equal([0, 1, 2, 3, 3, 4, 4, 0], Alphabet.Dna.Encode("ACGTUNRa"));
        Assert.Equal("ACGTN", Alphabet.Dna.Decode([0, 1, 2, 3, 4]));
        Assert.Equal(20, Alphabet.Protein.Count);
        Assert.Equal(20, Alphabet.Protein.Encode("X")[0]);
        Assert.Equal([0, 1, 2], Alphabet.Of("01", "?").Encode("01?"));
        Assert.Equal("Alphabet: the character 'A' is given twice.", Assert.Throws<ArgumentException>(() => Alphabet.Of("AAB")).Message.Split(" (")[0]);
    }
}
