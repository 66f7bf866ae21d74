// containerd-shim-wasmedge-v1: the shim that users of Docker have, by its real name, over WasmEdge's library and runwasi's own crate.
use std::collections::HashMap;

use anyhow::Result;
use containerd_shim_wasm::sandbox::context::{Entrypoint, RuntimeContext};
use containerd_shim_wasm::sandbox::Sandbox;
use containerd_shim_wasm::shim::{version, Cli, Shim, Version};
use wasmedge_sdk::{params, vm::SyncInst, wasi::WasiModule, Module, Store, Vm};

struct WasmEdge;

#[derive(Default)]
struct WasmEdgeSandbox;

impl Shim for WasmEdge {
    type Sandbox = WasmEdgeSandbox;

    fn name() -> &'static str {
        "wasmedge"
    }

    fn version() -> Version {
        version!()
    }
}

impl Sandbox for WasmEdgeSandbox {
    async fn run_wasi(&self, ctx: &impl RuntimeContext) -> Result<i32> {
        let args = ctx.args().iter().map(String::as_str).collect();
        let envs = ctx.envs().iter().map(String::as_str).collect();
        let Entrypoint { source, func, name, .. } = ctx.entrypoint();
        let name = name.unwrap_or_else(|| "main".to_string());
        let mut wasi = WasiModule::create(Some(args), Some(envs), Some(vec!["/:/"]))?;
        let instances = HashMap::from([(wasi.name().to_string(), wasi.as_mut() as &mut dyn SyncInst)]);
        let mut vm = Vm::new(Store::new(None, instances)?);
        vm.register_module(Some(&name), Module::from_bytes(None, source.as_bytes()?)?)?;
        vm.run_func(Some(&name), func, params!())?;
        Ok(wasi.exit_code() as i32)
    }
}

fn main() {
    WasmEdge::run(None);
}
