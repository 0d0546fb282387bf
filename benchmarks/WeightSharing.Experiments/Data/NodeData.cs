using System.Globalization;
using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Experiments.Data;

/// <summary>
/// A graph whose nodes are to be classified: the citations of Cora where <c>cora/</c> is given (Sen et al. 2008, the public split of Yang et al. 2016),
/// else Zachary's karate club (1977), whose data are in the program.
/// </summary>
internal sealed class NodeData
{
    /// <summary>Whose data Cora is.</summary>
    public const string CoraCredit = "Cora: P. Sen, G. Namata, M. Bilgic, L. Getoor, B. Gallagher and T. Eliassi-Rad, Collective classification in network data, AI Magazine 2008; "
        + "public split of Z. Yang, W. Cohen and R. Salakhutdinov, Revisiting semi-supervised learning with graph embeddings, 2016.";

    /// <summary>Whose data the karate club is.</summary>
    public const string KarateCredit = "Karate club: W. Zachary, An information flow model for conflict and fission in small groups, Journal of Anthropological Research, 1977.";

    private NodeData(string name, string credit, Graph graph, SparseMatrix<float> features, int[] labels, int[] train, int[] validation, int[] test)
    {
        (Name, Credit, Graph, Features, Labels) = (name, credit, graph, features, labels);
        (Train, Validation, Test) = (train, validation, test);
        Classes = labels.Max() + 1;
    }

    /// <summary>Of the data set.</summary>
    public string Name { get; }

    /// <summary>Whose data it is.</summary>
    public string Credit { get; }

    /// <summary>The nodes and their edges.</summary>
    public Graph Graph { get; }

    /// <summary>[nodes, features], each row of sum 1.</summary>
    public SparseMatrix<float> Features { get; }

    /// <summary>The class of each node.</summary>
    public IReadOnlyList<int> Labels { get; }

    /// <summary>Number of classes.</summary>
    public int Classes { get; }

    /// <summary>Nodes that are learned from.</summary>
    public int[] Train { get; }

    /// <summary>Nodes that choose the epoch.</summary>
    public int[] Validation { get; }

    /// <summary>Nodes that measure.</summary>
    public int[] Test { get; }

    /// <summary>True for Cora.</summary>
    public bool IsCora => Credit == CoraCredit;

    /// <summary>Cora where it is given, else the karate club.</summary>
    /// <exception cref="ExperimentException">A line is not what it should be.</exception>
    public static NodeData Load(DataSource source) => source.Has("cora/edges.csv") ? Cora(source) : Karate(source);

    private static NodeData Cora(DataSource source)
    {
        int[] labels = [.. Rows(source, "cora/labels.csv").Select(row => Number("cora/labels.csv", row, 1))];
        Graph graph = Edges(source, "cora/edges.csv", labels.Length);
        (int Node, int Word)[] words = [.. Rows(source, "cora/features.csv.gz").Select(row => (Number("cora/features.csv.gz", row, 0), Number("cora/features.csv.gz", row, 1)))];
        string[][] split = [.. Rows(source, "cora/split.csv")];
        int[] Part(string name) => [.. split.Where(row => row[1] == name).Select(row => Number("cora/split.csv", row, 0))];
        return new NodeData(
            "Cora", CoraCredit, graph, Shares(labels.Length, words.Max(word => word.Word) + 1, words), labels, Part("train"), Part("val"), Part("test"));
    }

    // One labelled member of each side, its leader; a few more choose the epoch, all others measure.
    private static NodeData Karate(DataSource source)
    {
        string[] clubs = [.. Rows(source, "karate/labels.csv").Select(row => row[1])], names = [.. clubs.Distinct()];
        int[] labels = [.. clubs.Select(club => Array.IndexOf(names, club))];
        int last = labels.Length - 1;
        int[] train = [0, last], validation = [1, 2, 3, 8, 13, 23, 31, 32];
        return new NodeData(
            "Karate club", KarateCredit, Edges(source, "karate/edges.csv", labels.Length),
            Shares(labels.Length, labels.Length, [.. labels.Select((_, node) => (node, node))]), labels, train, validation,
            [.. Enumerable.Range(0, labels.Length).Except(train).Except(validation)]);
    }

    private static Graph Edges(DataSource source, string path, int nodes) =>
        Graph.FromEdges(nodes, Rows(source, path).Select(row => (Number(path, row, 0), Number(path, row, 1))));

    // Every word of a node counts the same, and all of them 1.
    private static SparseMatrix<float> Shares(int nodes, int words, (int Node, int Word)[] entries)
    {
        var counts = new int[nodes];
        foreach ((int node, _) in entries) counts[node]++;
        return SparseMatrix<float>.FromEntries(
            nodes, words, Array.ConvertAll(entries, entry => entry.Node), Array.ConvertAll(entries, entry => entry.Word),
            Array.ConvertAll(entries, entry => 1f / counts[entry.Node]));
    }

    // The lines below the header.
    private static IEnumerable<string[]> Rows(DataSource source, string path)
    {
        using var reader = new StreamReader(source.Open(path));
        reader.ReadLine();
        int line = 1;
        while (reader.ReadLine() is { } text)
        {
            line++;
            if (text.Length == 0) continue;
            string[] cells = text.Split(',');
            if (cells.Length < 2) throw new ExperimentException($"{path}, line {line}: expected two cells, got: {text}");
            yield return cells;
        }
    }

    private static int Number(string path, string[] row, int cell) => int.TryParse(row[cell], CultureInfo.InvariantCulture, out int value) && value >= 0
        ? value
        : throw new ExperimentException($"{path}: expected a number of at least 0, got: {row[cell]}");
}
