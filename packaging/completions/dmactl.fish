# SPDX-License-Identifier: MIT
# fish completion for dmactl(1). Verbs, options and names come from dmactl itself.

function __dmactl_verb --description 'The verb of the command line'
    for word in (commandline -opc)[2..-1]
        if not string match -q -- '-*' $word
            echo $word
            return 0
        end
    end
    return 1
end

function __dmactl_verbs
    dmactl help 2>/dev/null | string replace -rf '^  ([a-z]+) +([a-z].*)' '$1\t$2'
end

function __dmactl_options
    set -l verb (__dmactl_verb)
    dmactl $verb --help 2>/dev/null | string replace -rf '^ +(?:-., )*(--[a-z][a-z-]*)(=|\[=)?\S*\s*(.*)' '$1$2\t$3' | string replace '[' ''
end

function __dmactl_names
    dmactl list --names 2>/dev/null
end

function __dmactl_is
    contains -- (__dmactl_verb) $argv
end

# Completes the value of the option before the cursor, or behind its =.
function __dmactl_value
    set -l option (commandline -opc)[-1]
    set -l prefix
    if string match -qr -- '^--[a-z-]+=' (commandline -ct)
        set option (commandline -ct | string replace -r '=.*' '')
        set prefix $option=
    end
    switch $option
        case --channel -c --in --out
            printf "$prefix%s\n" (__dmactl_names)
        case --op
            printf "$prefix%s\n" all memcpy memset sg memset_sg xor xor_val pq pq_val interleave imm_data interrupt
        case --direction
            printf "$prefix%s\n" mem-to-dev dev-to-mem
        case --memory
            printf "$prefix%s\n" coherent contiguous streaming
        case --metadata-mode
            printf "$prefix%s\n" client engine
        case --output -o --parity -P --syndrome -Q --metadata --peripheral-config
            __fish_complete_path (commandline -ct)
    end
end

complete -c dmactl -f
complete -c dmactl -f -n 'not __dmactl_verb' -a '(__dmactl_verbs)'
complete -c dmactl -f -n '__dmactl_is help' -a '(__dmactl_verbs)'
complete -c dmactl -f -n 'string match -q -- "-*" (commandline -ct)' -a '(__dmactl_options)'
complete -c dmactl -f -a '(__dmactl_value)'
complete -c dmactl -f -n '__dmactl_is test bench info status pause resume terminate synchronize send recv capture play stream; and not count (__dmactl_value) >/dev/null' -a '(__dmactl_names)'
complete -c dmactl -f -n '__dmactl_is verify' -a 'xor pq'
complete -c dmactl -F -n '__dmactl_is copy fill xor pq verify interleave send recv capture play stream; and not count (__dmactl_value) >/dev/null'
