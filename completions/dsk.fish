# fish completion for dsk

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
