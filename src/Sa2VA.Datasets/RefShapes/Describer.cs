namespace Sa2VA.Datasets.RefShapes;

/// <summary>Chooses the attributes by which a sentence describes something.</summary>
internal sealed class Describer(IReadOnlyList<ShapeObject> objects, RandomStream random)
{
    /// <summary>Attributes that single an object out, none of them (or at most one) needless; all of them when it has a twin.</summary>
    public Description Minimal(ShapeObject one, bool keepRedundant)
    {
        int[] order = [1, 2, 4, 8];
        random.Shuffle(order);
        var subset = 15;
        foreach (var bit in order)
        {
            if (objects.Count(Description.Some(one, subset & ~bit).Fits) == 1 && (subset & ~bit) != 0) subset &= ~bit;
        }

        if (keepRedundant) subset |= order[random.Next(4)];
        return Description.Some(one, subset);
    }

    /// <summary>Few words, so that the rest of the sentence is needed.</summary>
    public Description Vague(ShapeObject one)
    {
        var who = Description.Some(one, random.Weighted([0.45f, 0.33f, 0.12f, 0.05f, 0.05f]) switch { 0 => 0, 1 => 8, 2 => 2, 3 => 4, _ => 1 });
        return objects.Count(who.Fits) > 1 || random.Chance(0.25f) ? who : Description.Nothing;
    }

    /// <summary>With one attribute changed.</summary>
    public Description NearMiss(Description who)
    {
        while (true)
        {
            var changed = random.Next(4) switch
            {
                0 when who.Size is { } size => who with { Size = 1 - size },
                1 when who.Colour is not null => who with { Colour = (ShapeColour)random.Next(8) },
                2 when who.Texture is not null => who with { Texture = (ShapeTexture)random.Next(4) },
                3 when who.Shape is not null => who with { Shape = (ShapeKind)random.Next(6) },
                _ => who,
            };
            if (changed != who) return changed;
        }
    }

    /// <summary>Of an object drawn at random, which is seldom there.</summary>
    public Description Elsewhere(int subset) => Description.Some(
        new ShapeObject(0, (ShapeKind)random.Next(6), (ShapeColour)random.Next(8), (ShapeTexture)random.Next(4), (ShapeSize)random.Next(2)), subset);
}
