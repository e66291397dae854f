namespace Sa2VA.Datasets.RefShapes;

/// <summary>What it takes to understand an expression.</summary>
public enum RefShapesLevel
{
    /// <summary>Looks alone: "the small striped square".</summary>
    Attribute,

    /// <summary>Where it is beside another: "the star left of the green circle".</summary>
    Relation,

    /// <summary>How it moves: "the one that turns back".</summary>
    Motion,

    /// <summary>When it is there: "the last to appear".</summary>
    Temporal,

    /// <summary>Twelve words or more, most of them redundant.</summary>
    Long,

    /// <summary>Several objects: "all red triangles".</summary>
    Group,

    /// <summary>Nothing in the video fits.</summary>
    Absent,
}
