/** What a parameter means: how a trace shows it. `>` marks a pointer to a result of that kind. */
export type Parameter =
  | 'fd' | 'path' | 'text' | 'iovs' | 'size' | 'offset' | 'flags' | 'lookup' | 'oflags' | 'fdflags' | 'rights' | 'time' | 'fstflags'
  | 'whence' | 'clock' | 'pointer' | 'number' | 'address' | '>fd' | '>size' | '>offset' | '>time' | '>stat' | '>fdstat' | '>prestat' | '>address' | '>number' | '>iovs'
  /** Of wasi_unstable. */
  | '>stat0' | 'whence0';

/** What a trace and a capability report sort the calls by: `file` are those that name a path, `descriptor` those on what is open. */
export const groups = ['file', 'descriptor', 'socket', 'thread', 'poll', 'clock', 'random', 'process'] as const;
export type Group = typeof groups[number];

export interface Signature { readonly group: Group; readonly parameters: readonly Parameter[] }

const s = (group: Group, ...parameters: Parameter[]): Signature => ({ group, parameters });

/** Every call of preview 1, in the witx's order of parameters. `path` and `text` take two words (pointer, length), `iovs` and `>iovs` too. */
export const signatures: Readonly<Record<string, Signature>> = {
  args_get: s('process', 'pointer', 'pointer'), args_sizes_get: s('process', '>size', '>size'),
  environ_get: s('process', 'pointer', 'pointer'), environ_sizes_get: s('process', '>size', '>size'),
  clock_res_get: s('clock', 'clock', '>time'), clock_time_get: s('clock', 'clock', 'time', '>time'),
  fd_advise: s('descriptor', 'fd', 'offset', 'offset', 'number'), fd_allocate: s('descriptor', 'fd', 'offset', 'offset'),
  fd_close: s('descriptor', 'fd'), fd_datasync: s('descriptor', 'fd'), fd_sync: s('descriptor', 'fd'),
  fd_fdstat_get: s('descriptor', 'fd', '>fdstat'), fd_fdstat_set_flags: s('descriptor', 'fd', 'fdflags'),
  fd_fdstat_set_rights: s('descriptor', 'fd', 'rights', 'rights'), fd_filestat_get: s('descriptor', 'fd', '>stat'),
  fd_filestat_set_size: s('descriptor', 'fd', 'offset'), fd_filestat_set_times: s('descriptor', 'fd', 'time', 'time', 'fstflags'),
  fd_pread: s('descriptor', 'fd', '>iovs', 'offset', '>size'), fd_prestat_get: s('descriptor', 'fd', '>prestat'),
  fd_prestat_dir_name: s('descriptor', 'fd', 'pointer', 'size'), fd_pwrite: s('descriptor', 'fd', 'iovs', 'offset', '>size'),
  fd_read: s('descriptor', 'fd', '>iovs', '>size'), fd_readdir: s('descriptor', 'fd', 'pointer', 'size', 'offset', '>size'),
  fd_renumber: s('descriptor', 'fd', 'fd'), fd_seek: s('descriptor', 'fd', 'offset', 'whence', '>offset'), fd_tell: s('descriptor', 'fd', '>offset'),
  fd_write: s('descriptor', 'fd', 'iovs', '>size'),
  path_create_directory: s('file', 'fd', 'path'), path_filestat_get: s('file', 'fd', 'lookup', 'path', '>stat'),
  path_filestat_set_times: s('file', 'fd', 'lookup', 'path', 'time', 'time', 'fstflags'),
  path_link: s('file', 'fd', 'lookup', 'path', 'fd', 'path'), path_open: s('file', 'fd', 'lookup', 'path', 'oflags', 'rights', 'rights', 'fdflags', '>fd'),
  path_readlink: s('file', 'fd', 'path', 'pointer', 'size', '>size'), path_remove_directory: s('file', 'fd', 'path'),
  path_rename: s('file', 'fd', 'path', 'fd', 'path'), path_symlink: s('file', 'text', 'fd', 'path'), path_unlink_file: s('file', 'fd', 'path'),
  poll_oneoff: s('poll', 'pointer', 'pointer', 'size', '>size'), proc_exit: s('process', 'number'), proc_raise: s('process', 'number'),
  random_get: s('random', 'pointer', 'size'), sched_yield: s('process'),
  sock_accept: s('socket', 'fd', 'fdflags', '>fd'), sock_recv: s('socket', 'fd', '>iovs', 'flags', '>size', 'pointer'),
  sock_send: s('socket', 'fd', 'iovs', 'flags', '>size'), sock_shutdown: s('socket', 'fd', 'flags'),
  // WasmEdge's own; `address` points to the pointer and length of the address's bytes.
  sock_open: s('socket', 'number', 'number', '>fd'), sock_bind: s('socket', 'fd', 'address', 'number'), sock_listen: s('socket', 'fd', 'number'),
  sock_connect: s('socket', 'fd', 'address', 'number'), sock_recv_from: s('socket', 'fd', '>iovs', 'pointer', 'flags', '>number', '>size', 'pointer'),
  sock_send_to: s('socket', 'fd', 'iovs', 'address', 'number', 'flags', '>size'),
  sock_getlocaladdr: s('socket', 'fd', '>address', 'pointer', '>number'), sock_getpeeraddr: s('socket', 'fd', '>address', 'pointer', '>number'),
  sock_setsockopt: s('socket', 'fd', 'number', 'number', 'pointer', 'size'), sock_getsockopt: s('socket', 'fd', 'number', 'number', '>number', 'pointer'),
  sock_getaddrinfo: s('socket', 'text', 'text', 'pointer', 'pointer', 'size', '>size'),
  'thread-spawn': s('thread', 'pointer'),
};

/** WasmEdge's sock_accept has no flags; it goes by the same name. */
export const acceptWithoutFlags = s('socket', 'fd', '>fd');
