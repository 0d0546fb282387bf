using WeightSharing.Markov;

namespace WeightSharing.Experiments.Data;

/// <summary>Seven rpl16 introns of Opuntia, and the 21 pairwise alignments that a multiple alignment of them implies.</summary>
internal sealed class Introns
{
    /// <summary>Whose data it is.</summary>
    public const string Credit = "rpl16 introns of Opuntia: GenBank AF191658 to AF191661 and AF191663 to AF191665, free of restrictions; FASTA and ClustalW 2.1 alignment as Biopython's documentation has "
        + "them (https://github.com/biopython/biopython, Biopython licence or BSD 3-clause). The reference alignment is a program's, not a structural truth.";

    private readonly NamedSequence[] sequences;

    private Introns(NamedSequence[] sequences, Pair[] pairs) => (this.sequences, Pairs) = (sequences, pairs);

    /// <summary>Two sequences by number, and their rows in the reference alignment.</summary>
    internal sealed record Pair(int A, int B, string ReferenceA, string ReferenceB)
    {
        /// <summary>Matched pairs of the reference.</summary>
        public int ReferenceMatches => ReferenceA.Zip(ReferenceB).Count(column => column.First != '-' && column.Second != '-');
    }

    /// <summary>Accession numbers.</summary>
    public IReadOnlyList<string> Names => [.. sequences.Select(sequence => sequence.Name)];

    /// <summary>All pairs.</summary>
    public IReadOnlyList<Pair> Pairs { get; }

    /// <summary>The two sequences of a pair.</summary>
    public (string X, string Y) Sequences(Pair pair) => (sequences[pair.A].Sequence, sequences[pair.B].Sequence);

    /// <summary>Reads <c>dna/opuntia.fasta</c> and <c>dna/opuntia_pairs.csv</c>.</summary>
    /// <exception cref="ExperimentException">A pair is not of the sequences.</exception>
    public static Introns Load(DataSource source)
    {
        using var fasta = new StreamReader(source.Open("dna/opuntia.fasta"));
        // Headers of the older form gi|number|gb|accession|name.
        NamedSequence[] sequences = [.. Fasta.Read(fasta, "dna/opuntia.fasta", Alphabet.Dna)
            .Select(sequence => sequence with { Name = sequence.Name.Split('|') is { Length: > 3 } parts ? parts[3] : sequence.Name })
            .OrderBy(sequence => sequence.Name, StringComparer.Ordinal)];
        using var csv = new StreamReader(source.Open("dna/opuntia_pairs.csv"));
        csv.ReadLine();
        var pairs = new List<Pair>();
        while (csv.ReadLine() is { } line)
        {
            string[] cells = line.Split(',');
            int a = Array.FindIndex(sequences, sequence => sequence.Name == cells[0]), b = cells.Length < 4 ? -1 : Array.FindIndex(sequences, sequence => sequence.Name == cells[1]);
            if (a < 0 || b < 0 || cells[2].Replace("-", "", StringComparison.Ordinal) != sequences[a].Sequence || cells[3].Replace("-", "", StringComparison.Ordinal) != sequences[b].Sequence)
            {
                throw new ExperimentException($"dna/opuntia_pairs.csv, row {pairs.Count + 2}: expected two accession numbers of dna/opuntia.fasta and their aligned sequences.");
            }

            pairs.Add(new Pair(Math.Min(a, b), Math.Max(a, b), a < b ? cells[2] : cells[3], a < b ? cells[3] : cells[2]));
        }

        return new Introns(sequences, [.. pairs]);
    }
}
