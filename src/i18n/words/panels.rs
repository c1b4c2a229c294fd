//! The panels beside the stage: code, state, checkpoints, why, console; and the summary of a run.

phrases! {
    window { ko: "윈도우"; en: "window" }
    timer { ko: "타이머"; en: "timer" }
    downloads { ko: "내려받기"; en: "Download" }
    download_rest { ko: "REST 문서 (JSON)"; en: "REST documents (JSON)" }
    download_metrics { ko: "메트릭 (Prometheus)"; en: "Metrics (Prometheus)" }
    downloads_help {
        ko: "지금 보는 순간에 Flink의 REST API와 Prometheus 리포터가 답할 내용을 파일로 받습니다.";
        en: "What Flink's REST interface and its Prometheus reporter would answer at the moment in view."
    }
    task_load(busy: String, back_pressured: String, idle: String) {
        ko: "최근 1분: 처리 {busy} · 백프레셔 {back_pressured} · 대기 {idle}";
        en: "Last minute: busy {busy} · backpressured {back_pressured} · idle {idle}"
    }
    none { ko: "없음"; en: "none" }
    now { ko: "지금"; en: "Now" }

    // ---- console
    filter { ko: "보기"; en: "Show" }
    filter_all { ko: "모두"; en: "All" }
    filter_printed { ko: "출력"; en: "Printed" }
    filter_log { ko: "로그"; en: "Log" }
    console_counts(printed: String, duplicates: String) {
        ko: "출력 {printed}행 · 중복 {duplicates}"; en: "{printed} printed · {duplicates} duplicates"
    }
    console_empty { ko: "아직 아무것도 출력되지 않았습니다."; en: "Nothing has been printed yet." }
    console_earlier(count: String) { ko: "앞의 {count}줄은 줄여 두었습니다."; en: "{count} earlier lines are folded away." }
    duplicate(times: u32) { ko: "중복 ×{times}"; en: "duplicate ×{times}" }
    jump_to { ko: "이 순간으로 가기"; en: "Go to this moment" }

    // ---- code
    copy { ko: "복사"; en: "Copy" }
    code_version { ko: "PyFlink 버전"; en: "PyFlink version" }
    code_running { ko: "지금 실행 중인 줄"; en: "The line that runs now" }
    code_failed { ko: "예외가 난 줄"; en: "The line that threw" }
    code_label { ko: "이 시나리오의 PyFlink 스크립트"; en: "This scenario as a PyFlink script" }
    code_of_run(version: &str) {
        ko: "이 실행은 Flink {version}입니다. 보이는 코드는 다른 버전용입니다.";
        en: "This run is of Flink {version}; the code in view is for the other version."
    }

    // ---- state
    state_intro {
        ko: "인스턴스 필드는 재시작하면 사라지고, Flink 상태와 소스 위치만 체크포인트에 들어갑니다.";
        en: "Instance fields vanish at a restart. Only Flink state and source positions go into a checkpoint."
    }
    attempt(number: u32) { ko: "시도 {number}"; en: "attempt {number}" }
    restored_from(id: u64) { ko: "chk-{id}에서 복원"; en: "restored from chk-{id}" }
    flink_state { ko: "Flink 상태"; en: "Flink state" }
    in_checkpoint(id: u64) { ko: "chk-{id}"; en: "chk-{id}" }
    no_completed { ko: "완료된 체크포인트 없음"; en: "no completed checkpoint" }
    fields { ko: "인스턴스 필드"; en: "Instance fields" }
    not_saved { ko: "저장 안 됨"; en: "not saved" }
    source_position { ko: "소스 위치"; en: "Source position" }
    position_of(position: String, total: String) { ko: "{total} 중 {position}"; en: "{position} of {total}" }
    partition(index: usize) { ko: "파티션 {index}"; en: "partition {index}" }
    bundle { ko: "Python 번들"; en: "Python bundle" }
    bundle_holds(records: u32) { ko: "레코드 {records}개"; en: "{records} record(s)" }
    records_handled { ko: "이 시도에서 처리한 레코드"; en: "Records handled in this attempt" }
    nothing_here { ko: "담고 있는 것이 없습니다."; en: "Holds nothing." }
    key { ko: "키"; en: "Key" }
    value { ko: "값"; en: "Value" }
    more_keys(count: String) { ko: "키 {count}개 더"; en: "{count} more keys" }
    stateless { ko: "상태 없음"; en: "no state" }

    // ---- checkpoints, as Flink's own page names them
    overview { ko: "Overview"; en: "Overview" }
    history { ko: "History"; en: "History" }
    summary { ko: "Summary"; en: "Summary" }
    configuration { ko: "Configuration"; en: "Configuration" }
    checkpoints_note {
        ko: "Flink 웹 화면의 체크포인트 탭과 같은 이름과 값입니다.";
        en: "The names and figures of the checkpoints page of Flink's own web interface."
    }
    checkpoints_off { ko: "체크포인트가 꺼져 있습니다."; en: "Checkpointing is off." }
    subtask_details(id: u64) { ko: "chk-{id}의 서브태스크별 수치"; en: "Figures of chk-{id} by subtask" }
    really_stored { ko: "IndexedDB에 실제로 저장된 것"; en: "Really stored in IndexedDB" }

    // ---- why
    current_event { ko: "지금 일어난 일"; en: "What happened now" }
    rules { ko: "Flink 규칙"; en: "Flink rules" }
    recent_events { ko: "최근 이벤트"; en: "Recent events" }
    upcoming { ko: "다음"; en: "Next" }
    nothing_yet { ko: "아직 아무 일도 일어나지 않았습니다."; en: "Nothing has happened yet." }

    // ---- summary of a run
    run_summary { ko: "이 실행의 결과"; en: "Result of this run" }
    sum_status { ko: "마지막 상태"; en: "Ends as" }
    sum_restarts { ko: "재시작"; en: "Restarts" }
    sum_completed { ko: "완료된 체크포인트"; en: "Checkpoints" }
    sum_printed { ko: "출력된 행"; en: "Rows printed" }
    sum_duplicates { ko: "중복 행"; en: "Duplicate rows" }
    sum_length { ko: "걸린 시간"; en: "Takes" }
    never_ends { ko: "끝나지 않음"; en: "does not end" }
    was(before: &str) { ko: "전: {before}"; en: "was {before}" }
}
