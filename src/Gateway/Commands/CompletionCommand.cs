using System.CommandLine;

namespace Gateway.Commands;

/// <summary>
/// <c>gateway completion SHELL</c>: a script that completes commands, options and their values. The script calls the program with the
/// directive <c>[suggest]</c>, so it offers the options of the installed version.
/// </summary>
internal sealed class CompletionCommand : Command
{
    // bash splits words at `=` and `:` too. The script passes the line up to the cursor as it is, so that the program splits it.
    private const string Bash = """
        # Completion of gateway for bash: source <(gateway completion bash)
        _gateway() {
          local IFS=$'\n' line=${COMP_LINE:0:COMP_POINT}
          line=${line#* }
          COMPREPLY=($(compgen -W "$(gateway "[suggest:${#line}]" "$line" 2>/dev/null)" -- "$2"))
        }
        complete -o default -F _gateway gateway
        """;

    private const string Zsh = """
        #compdef gateway
        # Completion of gateway for zsh: source <(gateway completion zsh), or save it as _gateway in a folder of $fpath.
        _gateway() {
          local -a found
          found=("${(@f)$(gateway "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
          if [[ -n "${found[1]}" ]]; then compadd -- "${found[@]}"; else _files; fi
        }
        if [[ "${funcstack[1]}" == "_gateway" ]]; then _gateway "$@"; else compdef _gateway gateway; fi
        """;

    private const string PowerShell = """
        # Completion of gateway for PowerShell: gateway completion pwsh | Out-String | Invoke-Expression
        Register-ArgumentCompleter -Native -CommandName gateway -ScriptBlock {
          param($wordToComplete, $commandAst, $cursorPosition)
          gateway "[suggest:$cursorPosition]" "$commandAst" 2>$null | Where-Object { $_ -like "$wordToComplete*" } | ForEach-Object {
            [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
          }
        }
        """;

    // The key is the argument that the user writes. Case counts, as in the names of the shells.
    private static readonly Dictionary<string, string> Scripts =
        new(StringComparer.Ordinal) { ["bash"] = Bash, ["zsh"] = Zsh, ["pwsh"] = PowerShell };

    private readonly Argument<string> _shell = new("SHELL") { Description = "bash, zsh or pwsh." };

    public CompletionCommand()
        : base("completion", "Prints a script that completes the command line in a shell.")
    {
        _shell.AcceptOnlyFromAmong([.. Scripts.Keys]);
        Arguments.Add(_shell);
        SetAction(result =>
        {
            Console.WriteLine(Scripts[result.GetValue(_shell)!]);
            return ExitCode.Done;
        });
    }
}
