//! What imported functions are for, in the words that an examiner looks for.
//!
//! A purpose is not a verdict: every updater has `http`, every debugger `process-injection`. Source: the functions' pages in
//! the Windows documentation, and the lists by which analysts read import tables (MITRE ATT&CK techniques T1055, T1056,
//! T1113, T1543, T1547, T1622; *Practical Malware Analysis*, appendix A).

use std::collections::HashMap;
use std::sync::LazyLock;

/// The purpose of a function, with or without the `A`, `W` or `Ex` of its variants.
pub(super) fn of(function: &str) -> Option<&'static str> {
    static PURPOSES: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
        let pairs =
            TABLE.iter().flat_map(|(purpose, functions)| functions.iter().map(|function| (*function, *purpose)));
        pairs.collect()
    });
    let stem = function.strip_suffix(['A', 'W']);
    let plain = stem.and_then(|stem| stem.strip_suffix("Ex"));
    [Some(function), stem, plain].into_iter().flatten().find_map(|name| PURPOSES.get(name).copied())
}

/// Functions by purpose; each stands once.
#[rustfmt::skip]
const TABLE: &[(&str, &[&str])] = &[
    ("anti-debugging", &[
        "CheckRemoteDebuggerPresent", "IsDebuggerPresent", "NtQueryInformationProcess", "OutputDebugString",
        "ZwQueryInformationProcess",
    ]),
    ("capture", &[
        "BitBlt", "GetClipboardData", "capCreateCaptureWindow", "mciSendString", "waveInOpen", "waveInStart",
    ]),
    ("credentials", &[
        "CredEnumerate", "CredRead", "CryptUnprotectData", "LsaEnumerateLogonSessions", "LsaRetrievePrivateData",
        "MiniDumpWriteDump", "SamConnect", "VaultEnumerateVaults", "VaultGetItem",
    ]),
    ("crypto", &[
        "BCryptDecrypt", "BCryptEncrypt", "BCryptGenRandom", "BCryptGenerateSymmetricKey", "BCryptOpenAlgorithmProvider",
        "CryptAcquireContext", "CryptCreateHash", "CryptDecrypt", "CryptDeriveKey", "CryptEncrypt", "CryptGenKey",
        "CryptGenRandom", "CryptImportKey", "CryptProtectData", "NCryptDecrypt", "NCryptEncrypt", "SystemFunction032",
        "SystemFunction033",
    ]),
    ("discovery", &[
        "CreateToolhelp32Snapshot", "EnumProcesses", "GetAdaptersInfo", "GetLogicalDriveStrings", "NetLocalGroupGetMembers",
        "NetServerEnum", "NetShareEnum", "NetUserEnum", "NtQuerySystemInformation", "WNetEnumResource",
    ]),
    ("dynamic-loading", &[
        "GetProcAddress", "LdrGetProcedureAddress", "LdrLoadDll", "LoadLibrary",
    ]),
    ("file-search", &["FindFirstFile", "FindNextFile"]),
    ("ftp", &[
        "FtpCommand", "FtpCreateDirectory", "FtpDeleteFile", "FtpFindFirstFile", "FtpGetCurrentDirectory", "FtpGetFile",
        "FtpGetFileSize", "FtpOpenFile", "FtpPutFile", "FtpRemoveDirectory", "FtpRenameFile", "FtpSetCurrentDirectory",
    ]),
    ("http", &[
        "HttpAddRequestHeaders", "HttpOpenRequest", "HttpQueryInfo", "HttpSendRequest", "InternetConnect",
        "InternetOpen", "InternetOpenUrl", "InternetReadFile", "InternetWriteFile", "ObtainUserAgentString",
        "URLDownloadToCacheFile", "URLDownloadToFile", "URLOpenBlockingStream", "WinHttpConnect", "WinHttpOpen",
        "WinHttpOpenRequest", "WinHttpReadData", "WinHttpReceiveResponse", "WinHttpSendRequest", "WinHttpWebSocketSend", "WinHttpWriteData",
    ]),
    ("keylogging", &[
        "GetAsyncKeyState", "GetKeyState", "GetKeyboardState", "GetRawInputData", "RegisterRawInputDevices",
        "SetWindowsHook",
    ]),
    ("network", &[
        "DnsQuery", "IcmpSendEcho", "WSAConnect", "WSARecv", "WSASend", "WSASocket", "WSAStartup", "accept", "bind",
        "connect", "getaddrinfo", "gethostbyname", "inet_addr", "listen", "recv", "recvfrom", "send", "sendto", "socket",
    ]),
    ("privilege", &[
        "AdjustTokenPrivileges", "DuplicateToken", "ImpersonateLoggedOnUser", "ImpersonateNamedPipeClient",
        "LogonUser", "LookupPrivilegeValue", "OpenProcessToken", "RtlAdjustPrivilege", "SetThreadToken",
    ]),
    ("process", &[
        "CreateProcess", "CreateProcessAsUser", "CreateProcessWithLogon", "CreateProcessWithToken", "OpenProcess", "ShellExecute",
        "TerminateProcess", "WinExec", "_popen", "_wpopen", "_wsystem", "system",
    ]),
    ("process-injection", &[
        "CreateRemoteThread", "GetThreadContext", "MapViewOfFile2", "NtCreateThreadEx", "NtMapViewOfSection",
        "NtQueueApcThread", "NtUnmapViewOfSection", "NtWriteVirtualMemory", "QueueUserAPC",
        "ReadProcessMemory", "ResumeThread", "RtlCreateUserThread", "SetThreadContext", "SuspendThread",
        "Toolhelp32ReadProcessMemory", "VirtualAllocEx", "VirtualProtectEx", "Wow64SetThreadContext",
        "WriteProcessMemory", "ZwMapViewOfSection", "ZwUnmapViewOfSection", "ZwWriteVirtualMemory",
    ]),
    ("registry-write", &["RegCreateKey", "RegDeleteKey", "RegDeleteValue", "RegSetKeyValue", "RegSetValue"]),
    ("resources", &["BeginUpdateResource", "FindResource", "LoadResource", "LockResource", "SizeofResource", "UpdateResource"]),
    ("services", &[
        "ChangeServiceConfig", "ChangeServiceConfig2", "ControlService", "CreateService", "DeleteService",
        "NtLoadDriver", "OpenSCManager", "OpenService", "RegisterServiceCtrlHandler", "StartService",
        "StartServiceCtrlDispatcher", "ZwLoadDriver",
    ]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn purposes_are_found_whatever_the_variant() {
        for (purpose, functions) in TABLE {
            for function in *functions {
                assert_eq!(of(function), Some(*purpose), "{function} stands twice");
            }
        }
        let cases = [
            ("FtpPutFileA", Some("ftp")),
            ("FtpOpenFileW", Some("ftp")),
            ("SetWindowsHookExW", Some("keylogging")),
            ("RegSetValueExA", Some("registry-write")),
            ("VirtualAllocEx", Some("process-injection")),
            ("VirtualAlloc", None),
            ("recv", Some("network")),
            ("WSASocketW", Some("network")),
            ("ExitProcess", None),
            ("", None),
        ];
        for (function, purpose) in cases {
            assert_eq!(of(function), purpose, "{function}");
        }
    }
}
