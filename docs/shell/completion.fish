# tagwall completion fish. Once: tagwall completion fish > ~/.config/fish/completions/tagwall.fish
function __tagwall_complete
    set -l words (commandline -opc)
    set -l word (commandline -ct)
    for line in (tagwall __complete $words[2..] "$word" 2>/dev/null)
        if test "$line" = :files
            __fish_complete_path $word
        else
            echo $line
        end
    end
end
complete -c tagwall -f -a '(__tagwall_complete)'
