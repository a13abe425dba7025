"""The completion scripts of the shells, as they are printed and installed.

Each asks the program by running it with ``_DSK_COMPLETE`` set to ``SHELL_complete`` and the command line as
its arguments (zsh and fish: the words before the cursor and the one under it; bash: the line up to the cursor
and COMP_WORDBREAKS). The answer is a line for each candidate, its fields parted by ``SEPARATOR``:

- zsh and fish: kind, prefix, value, help;
- bash: kind, cut, prefix, value.

``plain`` is a candidate, in bash ``quoted`` if a quote is open before it; ``file`` asks the shell to complete the
path ``value`` itself. ``prefix`` is what the word has before the value, such as ``--output=`` or ``@``; ``cut`` is
how many characters of prefix and value bash has put into words of their own. After a value that ends in ``=`` the
word goes on.
"""

from __future__ import annotations

from typing import Final

VARIABLE: Final = "_DSK_COMPLETE"
# Not white space, or the shells' read would take an empty field for none.
SEPARATOR: Final = "\x1f"

BASH: Final = r"""# bash completion for dsk (bash 4.4 or later)

_dsk() {
    local program=${1/#\~/$HOME} typed=${COMP_LINE:0:COMP_POINT} kind cut prefix value found
    type -P -- "$program" >/dev/null || program=dsk
    COMPREPLY=()
    while IFS=$'\x1f' read -r kind cut prefix value; do
        if [[ $kind == file ]]; then
            _dsk_files
        else
            found=$prefix$value
            found=${found:cut}
            [[ $kind == plain && $found ]] && printf -v found %q "$found"
            [[ $found == *= ]] && compopt -o nospace
            COMPREPLY+=("$found")
        fi
    done < <(_DSK_COMPLETE=bash_complete "$program" "$typed" "$COMP_WORDBREAKS" 2>/dev/null)
}

_dsk_files() {
    local quote= kept=${prefix:cut} paths
    compopt -o filenames
    # readline would put a backslash before the @ too.
    [[ $kept && $typed != *[\"\']"$kept"* ]] && quote=yes && compopt -o noquote
    mapfile -t paths < <(compgen -f -- "$value")
    for found in "${paths[@]}"; do
        # Where readline lists paths that it finds as they are, it adds a slash itself.
        [[ -d ${found/#\~/$HOME} && ($kept || ${#paths[@]} == 1) ]] && found+=/
        [[ $quote ]] && printf -v found %q "$found"
        found=$prefix$found
        COMPREPLY+=("${found:cut}")
    done
    [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == */ ]] && compopt -o nospace
}

complete -o nosort -F _dsk dsk
"""

ZSH: Final = r"""#compdef dsk
# zsh completion for dsk

_dsk() {
    local program=${(Q)${~words[1]}} line current=${(Q)PREFIX}
    local -a before fields items open
    (( $+commands[$program] )) || [[ -x $program ]] || program=dsk
    (( CURRENT > 2 )) && before=("${(@Q)words[2,CURRENT-1]}")
    for line in "${(@f)$(_DSK_COMPLETE=zsh_complete $program "${before[@]}" "$current" 2>/dev/null)}"; do
        fields=("${(@ps:\x1f:)line}")
        case $fields[1] in
        file)
            [[ -n $fields[2] ]] && compset -P "${(b)fields[2]}"
            _files
            return
            ;;
        plain)
            [[ -z $items && -n $fields[2] ]] && compset -P "${(b)fields[2]}"
            items+=("${fields[3]//:/\\:}${fields[4]:+:$fields[4]}")
            [[ $fields[3] == *= ]] && open=(-S '')
            ;;
        esac
    done
    (( $#items )) && _describe -V dsk items "${open[@]}"
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _dsk "$@"
else
    compdef _dsk dsk
fi
"""

FISH: Final = r"""# fish completion for dsk

function __dsk_complete
    set -l words (commandline -opc)
    set -l program $words[1]
    set -e words[1]
    type -q -- $program; or set program dsk
    for line in (_DSK_COMPLETE=fish_complete $program $words (commandline -ct) 2>/dev/null)
        set -l fields (string split \x1f -- $line)
        switch $fields[1]
            case file
                # __fish_complete_path takes a tilde for itself.
                set -l path $fields[3]
                set -l home ''
                set -l tilde ''
                if string match -q '~/*' -- $path
                    set home $HOME
                    set tilde '~'
                    set path (string sub -s 2 -- $path)
                end
                for found in (__fish_complete_path $home$path)
                    printf '%s\n' $fields[2]$tilde(string sub -s (math 1 + (string length -- $home)) -- $found)
                end
            case plain
                printf '%s\t%s\n' $fields[2]$fields[3] $fields[4]
        end
    end
end

complete --command dsk --no-files --keep-order --arguments '(__dsk_complete)'
"""

SCRIPTS: Final = {"bash": BASH, "zsh": ZSH, "fish": FISH}
