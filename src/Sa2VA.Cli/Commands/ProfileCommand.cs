using System.CommandLine;
using System.Text.Json.Nodes;
using Sa2VA.Cli.Remote;
using Sa2VA.Cluster.Settings;
using Spectre.Console;

namespace Sa2VA.Cli.Commands;

/// <summary><c>sa2va profile</c>: gateways and their keys, by name.</summary>
internal static class ProfileCommand
{
    public const string Examples = """
        sa2va profile add lab --server https://sa2va.example.org
        sa2va profile add here --server http://127.0.0.1:8480 < key.txt
        sa2va profile use lab
        The key is asked for, or read from the standard input: it never stands on a command line.
        """;

    public static Command Create() => new("profile", "Keep gateways and their keys by name.") { Add(), List(), Use(), Remove() };

    private static Argument<string> Name() => new("NAME") { Description = "Name of the profile." };

    private static Command Add()
    {
        var name = Name();
        var server = new Option<string>("--server") { HelpName = "URL", Description = "Address of the gateway.", Required = true };
        var command = new Command("add", "Keep a gateway and its key.") { name, server };
        command.SetAction(parsed =>
        {
            var address = GatewayChoice.Parse(parsed.GetRequiredValue(server));
            Profiles.Load().Add(parsed.GetRequiredValue(name), address, ReadKey());
            Console.Out.WriteLine($"profile {parsed.GetRequiredValue(name)}: {address}");
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command List()
    {
        var json = new Option<bool>("--json") { Description = "One object of JSON a line." };
        var command = new Command("list", "List them; a star marks the one of commands that name none.") { json };
        command.SetAction(parsed =>
        {
            var profiles = Profiles.Load();
            foreach (var (name, entry) in profiles.All)
            {
                RemoteText.Say(parsed.GetValue(json), $"{(name == profiles.Default ? '*' : ' ')} {name}  {entry.Server}", new JsonObject
                {
                    ["type"] = "profile", ["name"] = name, ["server"] = entry.Server, ["isDefault"] = name == profiles.Default,
                });
            }

            return ExitCodes.Success;
        });
        return command;
    }

    private static Command Use()
    {
        var name = Name();
        var command = new Command("use", "Choose the one of commands that name none.") { name };
        command.SetAction(parsed =>
        {
            Profiles.Load().Use(parsed.GetRequiredValue(name));
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command Remove()
    {
        var name = Name();
        var command = new Command("remove", "Forget one, and its key.") { name };
        command.SetAction(parsed =>
        {
            Profiles.Load().Remove(parsed.GetRequiredValue(name));
            return ExitCodes.Success;
        });
        return command;
    }

    private static Secret ReadKey()
    {
        var key = Console.IsInputRedirected
            ? Console.In.ReadLine()
            : AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }).Prompt(new TextPrompt<string>("Key:").Secret());
        return key?.Trim() is { Length: > 0 } text ? new Secret(text) : throw new CliException(ExitCodes.Usage, "There was no key on the standard input.");
    }
}
