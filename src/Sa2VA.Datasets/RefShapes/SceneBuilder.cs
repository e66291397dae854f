namespace Sa2VA.Datasets.RefShapes;

/// <summary>Draws up what is in a video.</summary>
internal static class SceneBuilder
{
    private const float TwinChance = 0.1f;
    private static readonly float[] ObjectCounts = [0.08f, 0.24f, 0.3f, 0.24f, 0.14f]; // of 2, 3, 4, 5, 6

    public static Scene Build(RefShapesSplit split, RandomStream random)
    {
        var isLong = split == RefShapesSplit.Long;
        var frames = isLong ? random.Between(3000, 3600) : random.Between(30, 48);
        var looks = Looks(random, isLong ? random.Between(4, 6) : 2 + random.Weighted(ObjectCounts), isLong);
        var walls = Walls(random);
        var planner = new PathPlanner(random, frames, walls);
        var objects = new ShapeObject[looks.Length];
        for (var i = 0; i < looks.Length; i++)
        {
            var body = Body(random, looks[i], isLong);
            objects[i] = looks[i] with { Body = body with { Path = isLong ? planner.Wander(body, stays: i == 0) : planner.Plan(body) } };
        }

        return new Scene
        {
            FrameCount = frames,
            Objects = objects,
            Walls = walls,
            Layers = Layers(random, objects.Length, walls.Length),
            Camera = CameraFor(random, frames, isLong),
            Flicker = random.Between(0f, 0.05f),
            FlickerRhythm = random.Between(0.05f, 0.3f),
        };
    }

    /// <summary>Different looks, many of them one or two words apart, and now and then a pair of twins.</summary>
    private static ShapeObject[] Looks(RandomStream random, int count, bool isLong)
    {
        var looks = new List<ShapeObject>();
        var twins = !isLong && count >= 3 && random.Chance(TwinChance);
        while (looks.Count < count)
        {
            if (twins && looks.Count == count - 1)
            {
                looks.Add(looks[0] with { Index = looks.Count });
                break;
            }

            var next = looks.Count > 0 && random.Chance(0.65f)
                ? LookAlike(random, random.Pick(looks))
                : new ShapeObject(0, (ShapeKind)random.Next(6), (ShapeColour)random.Next(8), Texture(random), (ShapeSize)random.Next(2));
            if (!looks.Exists(next.LooksLike))
                looks.Add(next with { Index = looks.Count });
        }

        return [.. looks];
    }

    private static ShapeObject LookAlike(RandomStream random, ShapeObject model)
    {
        for (var changes = random.Chance(0.6f) ? 1 : 2; changes > 0; changes--)
        {
            model = random.Next(4) switch
            {
                0 => model with { Shape = (ShapeKind)random.Next(6) },
                1 => model with { Colour = (ShapeColour)random.Next(8) },
                2 => model with { Texture = Texture(random) },
                _ => model with { Size = (ShapeSize)random.Next(2) },
            };
        }

        return model;
    }

    private static ShapeTexture Texture(RandomStream random) => (ShapeTexture)random.Weighted([0.34f, 0.22f, 0.22f, 0.22f]);

    private static ShapeBody Body(RandomStream random, ShapeObject look, bool isLong)
    {
        var radius = look.Size == ShapeSize.Small ? random.Between(11f, 13f) : random.Between(20f, 24f);
        // Nobody sees a plain disc turn.
        var round = look is { Shape: ShapeKind.Circle or ShapeKind.Ring, Texture: ShapeTexture.Plain };
        var spins = !round && random.Chance(isLong ? 0.15f : 0.2f);
        return new ShapeBody
        {
            Path = ShapeBody.Nowhere.Path,
            Radius = radius,
            Angle = random.Between(-0.2f, 0.2f),
            Spin = spins ? random.Between(0.1f, 0.19f) * (random.Chance(0.5f) ? 1 : -1) : 0,
            Swing = spins ? 0 : random.Between(0f, 0.15f),
            Breath = random.Between(0f, 0.06f),
            Rhythm = random.Between(0.05f, 0.16f),
            Tint = TintOf(random, look.Colour),
        };
    }

    /// <summary>A little more or less of each channel; white gets the same of all, or it would have a hue.</summary>
    private static (float, float, float) TintOf(RandomStream random, ShapeColour colour)
    {
        var (red, green, blue) = (random.Between(-9f, 9f), random.Between(-9f, 9f), random.Between(-9f, 9f));
        return colour == ShapeColour.White ? (red, red, red) : (red, green, blue);
    }

    private static Wall[] Walls(RandomStream random)
    {
        var walls = new Wall[random.Weighted([0.62f, 0.3f, 0.08f])];
        for (var i = 0; i < walls.Length; i++)
        {
            var tone = (byte)random.Between(95, 150);
            var thick = random.Between(14f, 26f);
            if (random.Chance(0.7f))
            {
                var (left, top) = (random.Between(25f, 145f), random.Chance(0.5f) ? -40f : random.Between(10f, 60f));
                walls[i] = new Wall(left, top, left + thick, 200, tone, random.NextBits());
            }
            else
            {
                var (left, top) = (random.Between(-10f, 110f), random.Between(25f, 105f));
                walls[i] = new Wall(left, top, left + random.Between(50f, 110f), top + thick, tone, random.NextBits());
            }
        }

        return walls;
    }

    private static int[] Layers(RandomStream random, int objects, int walls)
    {
        int[] order = [.. Enumerable.Range(0, objects)];
        random.Shuffle(order);
        var layers = order.ToList();
        // Most walls stand in front of everything; some objects pass before the others.
        for (var k = 0; k < walls; k++)
            layers.Insert(random.Chance(0.8f) ? layers.Count : random.Next(layers.Count + 1), ~k);
        return [.. layers];
    }

    private static Camera CameraFor(RandomStream random, int frames, bool isLong)
    {
        var camera = new Camera { Duration = isLong ? random.Between(300f, 700f) : frames - 1, Repeats = isLong };
        var kind = random.Weighted([0.5f, 0.2f, 0.15f, 0.15f]); // still, pan, zoom, both
        if (kind is 1 or 3)
        {
            var (x, y) = (random.Between(-0.8f, 0.8f) * Camera.MaxPanX, random.Between(-0.8f, 0.8f) * Camera.MaxPanY);
            camera = camera with { From = (-x, -y, 1), To = (x, y, 1) };
        }

        if (kind is 2 or 3)
        {
            var (near, far) = (random.Between(1.05f, 1.14f), 1f);
            var zoomsIn = random.Chance(0.5f);
            camera = camera with { From = camera.From with { Zoom = zoomsIn ? far : near }, To = camera.To with { Zoom = zoomsIn ? near : far } };
        }

        return random.Chance(0.3f) ? camera with { Shake = random.Between(0.4f, Camera.MaxShake), ShakeSeed = random.NextBits() } : camera;
    }
}
