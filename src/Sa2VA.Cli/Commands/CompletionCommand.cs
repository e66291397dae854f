using System.CommandLine;

namespace Sa2VA.Cli.Commands;

/// <summary><c>sa2va completion</c>: what a shell has to be told to complete commands and options by asking this program.</summary>
internal static class CompletionCommand
{
    public const string Examples = """
        eval "$(sa2va completion bash)"          in ~/.bashrc
        eval "$(sa2va completion zsh)"           in ~/.zshrc
        sa2va completion fish > ~/.config/fish/completions/sa2va.fish
        """;

    private const string Bash = """
        _sa2va_complete() {
            local IFS=$'\n'
            local point=$(( COMP_POINT - ${#COMP_WORDS[0]} - 1 ))
            COMPREPLY=($(compgen -W "$(sa2va "[suggest:$(( point < 0 ? 0 : point ))]" "${COMP_LINE#* }" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
            [ ${#COMPREPLY[@]} -eq 0 ] && COMPREPLY=($(compgen -f -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o filenames -F _sa2va_complete sa2va
        """;

    private const string Zsh = """
        _sa2va() {
            local -a found
            local line="${BUFFER#* }"
            found=("${(@f)$(sa2va "[suggest:$(( CURSOR - ${#BUFFER} + ${#line} ))]" "$line" 2>/dev/null)}")
            if [[ -n "${found[1]}" ]]; then compadd -- $found; else _files; fi
        }
        compdef _sa2va sa2va
        """;

    private const string Fish = """
        function __sa2va_complete
            set -l line (string replace -r '^\S+\s?' '' -- (commandline -cp))
            sa2va "[suggest:"(string length -- $line)"]" $line 2>/dev/null
        end
        complete -c sa2va -a '(__sa2va_complete)'
        """;

    public static Command Create()
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh or fish." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        var command = new Command("completion", "Print what makes a shell complete commands and options.") { shell };
        command.SetAction(parsed =>
        {
            Console.Out.WriteLine(parsed.GetRequiredValue(shell) switch { "bash" => Bash, "zsh" => Zsh, _ => Fish });
            return ExitCodes.Success;
        });
        return command;
    }
}
