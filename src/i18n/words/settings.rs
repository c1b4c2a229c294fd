//! The settings form: groups, fields and what they are for. Flink's option keys are not words; the form shows them as is.

phrases! {
    group_data { ko: "데이터"; en: "Data" }
    group_pipeline { ko: "파이프라인"; en: "Pipeline" }
    group_function { ko: "사용자 함수"; en: "User function" }
    group_checkpointing { ko: "체크포인트"; en: "Checkpointing" }
    group_storage { ko: "체크포인트 저장소"; en: "Checkpoint storage" }
    group_restart { ko: "재시작 전략"; en: "Restart strategy" }
    group_faults { ko: "실패 지점"; en: "Fail points" }
    group_cluster { ko: "클러스터와 버전"; en: "Cluster and version" }
    group_actions { ko: "실행 중에 한 일"; en: "Done during the run" }

    default_is(value: String) { ko: "기본값 {value}"; en: "default {value}" }
    yes { ko: "켬"; en: "On" }
    no { ko: "끔"; en: "Off" }
    unit_s { ko: "초"; en: "s" }
    unit_records { ko: "개"; en: "records" }
    unit_rows { ko: "행"; en: "rows" }
    unit_times { ko: "번"; en: "times" }

    // ---- data
    dataset(name: &str) { ko: "데이터셋 {name}"; en: "Dataset {name}" }
    data_kind { ko: "데이터"; en: "Rows" }
    data_sample { ko: "들어 있는 예제 (13행)"; en: "Included sample (13 rows)" }
    data_generated { ko: "만들어 낸 거래"; en: "Generated transactions" }
    data_csv { ko: "내 CSV 파일"; en: "My CSV file" }
    data_inline { ko: "시나리오에 적힌 행"; en: "Rows written in the scenario" }
    data_rows(kept: String) { ko: "{kept}행을 읽습니다."; en: "{kept} rows are read." }
    data_dropped(dropped: String) { ko: "빈 값이 있어 뺀 행: {dropped} (pandas의 dropna처럼)"; en: "{dropped} dropped for missing values, as pandas' dropna does." }
    data_row_count { ko: "행 수"; en: "Number of rows" }
    csv_choose { ko: "CSV 파일 고르기…"; en: "Choose a CSV file…" }
    csv_paste { ko: "CSV 붙여 넣기…"; en: "Paste a CSV…" }
    csv_drop { ko: "파일을 이 페이지에 끌어다 놓아도 됩니다. 파일은 브라우저 밖으로 나가지 않습니다."; en: "You can also drop a file on the page. It never leaves the browser." }
    csv_drop_here { ko: "여기에 놓으면 CSV를 읽습니다"; en: "Drop the CSV here" }
    csv_title { ko: "CSV 가져오기"; en: "Import a CSV" }
    csv_text { ko: "CSV 내용 (첫 줄은 열 이름)"; en: "CSV text (first line: column names)" }
    csv_id { ko: "id 열"; en: "id column" }
    csv_amount { ko: "금액 열"; en: "amount column" }
    csv_preview { ko: "미리 보기"; en: "Preview" }
    csv_use { ko: "이 데이터 쓰기"; en: "Use this data" }
    csv_outcome(kept: String, dropped: String) { ko: "{kept}행을 쓰고, 빈 값이 있는 {dropped}행은 뺍니다."; en: "{kept} rows are used; {dropped} with missing values are dropped." }

    // ---- pipeline
    job_name { ko: "잡 이름"; en: "Job name" }
    source_kind { ko: "소스 종류"; en: "Kind of source" }
    source_python { ko: "PyFlink from_collection · 위치 저장 안 함"; en: "PyFlink from_collection · keeps no position" }
    source_java { ko: "Java fromCollection · 위치 저장"; en: "Java fromCollection · keeps its position" }
    source_log { ko: "로그 · 파티션과 오프셋 저장"; en: "Log · partitions, keeps its offsets" }
    source_kind_help {
        ko: "재시작한 뒤 어디서부터 다시 읽는지는 소스가 위치를 상태로 저장하는지에 달려 있습니다.";
        en: "Where reading goes on after a restart depends on whether the source keeps its position as state."
    }
    source_partitions { ko: "파티션 수"; en: "Partitions" }
    source_every { ko: "레코드 간격"; en: "Time between records" }
    source_every_help { ko: "0이면 잡이 받는 만큼 빠르게 읽습니다."; en: "0 = as fast as the job takes them." }
    source_bounded { ko: "유한 소스"; en: "Bounded source" }
    source_bounded_help { ko: "끄면 마지막 레코드 뒤에도 기다리므로 잡이 끝나지 않습니다."; en: "Off: it waits after the last record, so the job does not end." }
    parallelism { ko: "병렬도"; en: "Parallelism" }
    operator_parallelism(name: &str) { ko: "{name}의 병렬도"; en: "Parallelism of {name}" }
    parallelism_of_job { ko: "잡과 같음"; en: "As the job" }
    chaining { ko: "연산자 체이닝"; en: "Operator chaining" }
    chaining_help { ko: "이어진 연산자를 한 태스크로 묶습니다. 끄면 사이에 채널이 생깁니다."; en: "Joins neighbours into one task. Off: a channel lies between them." }
    edge_between(from: &str, to: &str) { ko: "{from} → {to}"; en: "{from} → {to}" }
    edge_forward { ko: "forward"; en: "forward" }
    edge_rebalance { ko: "rebalance"; en: "rebalance" }
    edge_key_by { ko: "keyBy"; en: "keyBy" }
    edge_key_constant { ko: "keyBy (모두 같은 키)"; en: "keyBy (one key for all)" }
    edge_column { ko: "키 열"; en: "Key column" }
    max_parallelism { ko: "최대 병렬도 (키 그룹 수)"; en: "Maximum parallelism (key groups)" }
    max_parallelism_help { ko: "비우면 병렬도에서 정해집니다."; en: "Empty: derived from the parallelism." }

    // ---- function
    function_variant { ko: "함수"; en: "Function" }
    function_failing { ko: "5번째에서 실패 · 카운터는 필드"; en: "Fails at the 5th · counter in a field" }
    function_failing_once { ko: "한 번만 실패 · 카운터는 필드"; en: "Fails only once · counter in a field" }
    function_keyed_state { ko: "5번째에서 실패 · 카운터는 keyed 상태"; en: "Fails at the 5th · counter in keyed state" }
    function_operator_state { ko: "5번째에서 실패 · 카운터는 연산자 상태"; en: "Fails at the 5th · counter in operator state" }
    function_keyed_sum { ko: "키별 합계"; en: "Sum for each key" }
    function_remember { ko: "키별로 마지막 금액 기억"; en: "Remember the last amount of each key" }
    function_slow { ko: "기다렸다가 그대로 넘김"; en: "Wait, then pass on" }
    function_own { ko: "이 시나리오의 함수"; en: "This scenario's own" }
    function_fail_at { ko: "실패하는 순번"; en: "Fails at record" }
    function_fail_at_help { ko: "카운터가 이 수가 되면 예외를 던집니다."; en: "Throws when its counter reaches this." }
    function_sleep { ko: "레코드마다 쉬는 시간"; en: "Sleep for each record" }
    function_sleep_help { ko: "쉬는 동안 배리어도 기다립니다."; en: "Barriers wait meanwhile." }

    // ---- checkpointing
    cp_enabled { ko: "체크포인트 사용"; en: "Checkpointing" }
    cp_interval { ko: "주기"; en: "Interval" }
    cp_interval_help { ko: "첫 트리거는 RUNNING 뒤 0과 주기 사이의 무작위 시점입니다(1.20)."; en: "The first trigger comes at random between 0 and the interval after RUNNING (1.20)." }
    cp_mode { ko: "모드"; en: "Mode" }
    cp_mode_help { ko: "AT_LEAST_ONCE는 배리어를 기다리느라 채널을 막지 않습니다."; en: "AT_LEAST_ONCE never blocks a channel to wait for barriers." }
    cp_timeout { ko: "제한 시간"; en: "Timeout" }
    cp_min_pause { ko: "최소 간격"; en: "Minimum pause" }
    cp_min_pause_help { ko: "한 체크포인트가 완료된 뒤 다음 것까지."; en: "From one completion to the next trigger." }
    cp_max_concurrent { ko: "동시 체크포인트"; en: "Concurrent checkpoints" }
    cp_tolerable { ko: "허용하는 연속 실패"; en: "Tolerable failures" }
    cp_tolerable_help { ko: "이보다 많이 잇달아 실패하면 잡이 재시작합니다."; en: "One more in a row makes the job restart." }
    cp_retained { ko: "보관 개수"; en: "Retained checkpoints" }
    cp_retention { ko: "잡이 끝난 뒤 보존"; en: "Kept after the job" }
    retention_none { ko: "지움 (기본)"; en: "Delete (default)" }
    retention_delete { ko: "취소하면 지움"; en: "Delete on cancellation" }
    retention_retain { ko: "취소해도 보존"; en: "Retain on cancellation" }
    cp_after_finish { ko: "끝난 태스크가 있어도 체크포인트"; en: "Checkpoints after tasks finish" }

    cp_unaligned { ko: "비정렬 체크포인트"; en: "Unaligned checkpoints" }
    cp_unaligned_help {
        ko: "배리어가 대기 중인 레코드를 앞지르고, 앞지른 레코드를 함께 저장합니다. forward로 들어오는 태스크는 아무 말 없이 정렬 방식을 유지합니다.";
        en: "Barriers overtake waiting records, which are stored too. A task with a forward input stays aligned without a word."
    }
    cp_aligned_timeout { ko: "정렬 제한 시간"; en: "Aligned checkpoint timeout" }
    cp_aligned_timeout_help {
        ko: "정렬 방식으로 시작해 트리거 뒤 이만큼 지나도 끝나지 않으면 비정렬로 바뀝니다. 0이면 처음부터 비정렬입니다.";
        en: "Starts aligned and turns unaligned when it is not done so long after the trigger. 0 = unaligned from the start."
    }
    cp_unaligned_forced { ko: "비정렬 강제"; en: "Forced unaligned" }
    cp_unaligned_forced_help {
        ko: "사용자 정의 파티셔너가 있는 잡에서만 뜻이 있습니다. 이 실험실에는 없어 아무 차이가 없습니다.";
        en: "Matters only to jobs with custom partitioners. The lab has none, so nothing changes."
    }

    // ---- storage
    storage_kind { ko: "저장 위치"; en: "Where" }
    storage_jobmanager { ko: "JobManager 힙 (상태당 5 MB까지)"; en: "JobManager heap (5 MB a state)" }
    storage_filesystem { ko: "파일 시스템"; en: "File system" }
    storage_dir { ko: "디렉터리"; en: "Directory" }
    storage_dir_help { ko: "file:// 같은 스킴이 있어야 합니다. 쓸 수 없는 경로면 잡이 시작하지 못합니다."; en: "Needs a scheme such as file://. A path that cannot be written keeps the job from starting." }
    world_paths { ko: "쓸 수 없는 경로"; en: "Paths that cannot be written" }
    world_path { ko: "경로"; en: "Path" }
    world_nature { ko: "이유"; en: "Why" }
    nature_file { ko: "보통 파일이 있음"; en: "A regular file is there" }
    nature_read_only { ko: "권한 없음"; en: "No permission" }
    world_from { ko: "언제부터"; en: "From" }
    world_from_help { ko: "비우면 처음부터."; en: "Empty: from the start." }

    // ---- restart
    restart_kind { ko: "전략"; en: "Strategy" }
    restart_not_set(in_force: &str) { ko: "설정 안 함 (→ {in_force})"; en: "Not set (→ {in_force})" }
    restart_attempts { ko: "재시작 횟수"; en: "Restarts" }
    restart_attempts_help { ko: "오래 잘 돌아도 다시 채워지지 않습니다."; en: "Never refilled, however long the job runs well." }
    restart_delay { ko: "지연"; en: "Delay" }
    restart_max_failures { ko: "기간 안의 최대 실패"; en: "Failures within the interval" }
    restart_interval { ko: "기간"; en: "Interval" }
    restart_initial { ko: "처음 지연"; en: "Initial backoff" }
    restart_maximum { ko: "최대 지연"; en: "Maximum backoff" }
    restart_multiplier { ko: "배수"; en: "Multiplier" }
    restart_reset { ko: "초기화까지 조용한 시간"; en: "Quiet time that resets" }
    restart_jitter { ko: "흔들림"; en: "Jitter" }
    restart_attempts_before { ko: "초기화 전 최대 횟수"; en: "Attempts before reset" }
    restart_endless { ko: "비우면 끝없이."; en: "Empty: without end." }

    // ---- faults
    faults_none { ko: "심어 둔 실패가 없습니다. 함수가 스스로 던지는 예외는 위에서 정합니다."; en: "No fail point is planted. What the function throws itself is set above." }
    fault_add { ko: "실패 지점 추가"; en: "Add a fail point" }
    fault_remove { ko: "삭제"; en: "Remove" }
    fault_number(number: usize) { ko: "실패 지점 {number}"; en: "Fail point {number}" }
    fault_operator { ko: "연산자"; en: "Operator" }
    fault_subtask { ko: "서브태스크"; en: "Subtask" }
    fault_any { ko: "아무거나"; en: "Any" }
    fault_when { ko: "언제"; en: "When" }
    fault_record_of_attempt { ko: "시도마다 n번째 레코드"; en: "n-th record of an attempt" }
    fault_record { ko: "특정 입력 레코드"; en: "A given input record" }
    fault_moment { ko: "특정 시각"; en: "A moment" }
    fault_sync { ko: "스냅샷 동기 구간"; en: "Synchronous part of a snapshot" }
    fault_async { ko: "스냅샷 비동기 구간"; en: "Asynchronous part of a snapshot" }
    fault_notify { ko: "완료 알림(notify)"; en: "Completion notice" }
    fault_commit { ko: "커밋이 반영되기 전"; en: "A commit, before it takes effect" }
    fault_commit_done { ko: "커밋이 반영된 뒤"; en: "A commit, after it took effect" }
    fault_row { ko: "행 (0부터)"; en: "Row (from 0)" }
    fault_dataset { ko: "데이터셋"; en: "Dataset" }
    fault_n { ko: "n"; en: "n" }
    fault_at { ko: "시각"; en: "At" }
    fault_checkpoint { ko: "체크포인트 번호"; en: "Checkpoint id" }
    fault_checkpoint_help { ko: "비우면 다음 체크포인트."; en: "Empty: the next one." }
    fault_slow { ko: "던지는 대신 늦추기"; en: "Slow down instead of throwing" }
    fault_slow_help { ko: "비우면 예외를 던집니다."; en: "Empty: it throws." }
    fault_times { ko: "횟수"; en: "How often" }
    fault_times_help { ko: "비우면 매번. 재시작해도 이어서 셉니다."; en: "Empty: every time. The count outlives restarts." }
    fault_message { ko: "예외 메시지"; en: "Exception message" }
    fault_message_default { ko: "의도적인 실패"; en: "intentional failure" }

    // ---- cluster
    flink_version { ko: "Flink 버전"; en: "Flink version" }
    flink_version_help { ko: "2.3에서는 모든 태스크가 돌자마자 첫 체크포인트를 트리거합니다."; en: "2.3 triggers the first checkpoint as soon as all tasks run." }
    api { ko: "API"; en: "API" }
    api_help { ko: "PyFlink의 함수는 Python 프로세스에서 번들 단위로 돌고, 체크포인트는 번들이 끝나기를 기다립니다."; en: "PyFlink runs functions in a Python process, in bundles which a checkpoint has to wait for." }
    bundle_size { ko: "번들 크기"; en: "Bundle size" }
    bundle_time { ko: "번들 시간"; en: "Bundle time" }
    execution_mode { ko: "Python 실행 방식"; en: "Python execution mode" }
    mode_process { ko: "별도 프로세스"; en: "Own process" }
    mode_thread { ko: "JVM 안의 스레드"; en: "Thread in the JVM" }
    task_managers { ko: "TaskManager 수"; en: "TaskManagers" }
    slots { ko: "TaskManager당 슬롯"; en: "Slots a TaskManager" }
    failover { ko: "장애 조치 범위"; en: "Failover" }
    failover_region { ko: "관련 영역만"; en: "Touched regions" }
    failover_full { ko: "전체"; en: "Everything" }
    segment_size { ko: "버퍼 크기"; en: "Buffer size" }
    buffer_timeout { ko: "버퍼 대기 시간"; en: "Buffer timeout" }
    buffer_timeout_help { ko: "0이면 레코드마다 바로 보냅니다."; en: "0 = every record is sent at once." }
    local_channels { ko: "로컬 채널"; en: "Local channels" }
    local_channels_help {
        ko: "같은 TaskManager 안에서는 받는 쪽 버퍼 없이 보내는 쪽 버퍼를 바로 읽습니다. 실제 Flink가 그렇습니다.";
        en: "Inside a TaskManager the receiver reads the sender's buffers and has none of its own, as in Flink."
    }
    buffer_debloat { ko: "버퍼 디블로팅"; en: "Buffer debloating" }
    buffer_debloat_help {
        ko: "전송 중인 데이터가 목표 시간만큼만 남도록 버퍼를 줄입니다.";
        en: "Makes buffers smaller until what is in flight lasts just the target time."
    }
    debloat_target { ko: "디블로팅 목표 시간"; en: "Debloating target" }
    seed { ko: "난수 시드"; en: "Random seed" }
    seed_help { ko: "첫 트리거 시점과 지연의 흔들림을 정합니다. 같은 시드면 같은 실행입니다."; en: "Decides the first trigger and the jitter. The same seed gives the same run." }
    seed_next { ko: "다른 시드"; en: "Another seed" }

    // ---- actions
    actions_none { ko: "아직 한 일이 없습니다. 아래 단추는 지금 보는 순간에 실행됩니다."; en: "Nothing yet. The buttons act at the moment in view." }
    action_at(at: &str, what: &str) { ko: "{at} · {what}"; en: "{at} · {what}" }
    action_trigger { ko: "체크포인트 트리거"; en: "Trigger a checkpoint" }
    action_cancel { ko: "잡 취소"; en: "Cancel the job" }
    action_fail(operator: &str) { ko: "{operator}에서 실패"; en: "Fail {operator}" }
    action_permit { ko: "소스 풀기"; en: "Release the source" }
    action_hold { ko: "소스 붙들기"; en: "Hold the source" }
    actions_clear { ko: "모두 지우기"; en: "Clear all" }
    action_message { ko: "사람이 일으킨 실패"; en: "failure injected by hand" }
    script_steps(count: usize) { ko: "정해진 단계 {count}개가 실행을 이끕니다."; en: "A script of {count} steps drives this run." }
}
