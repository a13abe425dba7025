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
                for found in (__fish_complete_path $fields[3])
                    printf '%s\n' $fields[2]$found
                end
            case plain
                printf '%s\t%s\n' $fields[2]$fields[3] $fields[4]
        end
    end
end

complete --command dsk --no-files --keep-order --arguments '(__dsk_complete)'
