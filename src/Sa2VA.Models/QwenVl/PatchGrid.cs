namespace Sa2VA.Models.QwenVl;

/// <summary>The patches of an image or a clip: temporal slices, and rows and columns of each.</summary>
public readonly record struct PatchGrid(int Slices, int Rows, int Columns)
{
    public int Count => Slices * Rows * Columns;

    /// <summary>
    /// The places of one slice's patches in the order in which the tower has them: groups that become a token row by row, and the patches of
    /// a group row by row.
    /// </summary>
    public IEnumerable<(int Row, int Column)> Places(int merge)
    {
        for (var row = 0; row < Rows; row += merge)
        {
            for (var column = 0; column < Columns; column += merge)
            {
                for (var inner = 0; inner < merge * merge; inner++)
                    yield return (row + inner / merge, column + inner % merge);
            }
        }
    }
}
